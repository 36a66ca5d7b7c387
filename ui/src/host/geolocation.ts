import { clearWatch, requestPermissions, watchPosition } from '@tauri-apps/plugin-geolocation'

export type LocateFailure = 'denied' | 'off' | 'unavailable' | 'timeout' | 'insecure' | 'unsupported'

/** One reading as the platform gave it. */
export interface Reading {
  latitude: number
  longitude: number
  /** Radius in metres; null where the platform does not know. */
  accuracy: number | null
  /** Milliseconds since 1970, by the clock of whatever made the fix. */
  timestamp: number
}

/** Whether the source has given up, or may still find something. */
export type Prospect = 'final' | 'passing'

export interface ReadingSource {
  /** Readings until the function that is returned is called. A final failure is followed by nothing. */
  watch(onReading: (reading: Reading) => void, onFailure: (failure: LocateFailure, prospect: Prospect) => void): () => void
}

interface PlatformReading {
  timestamp: number
  coords: { latitude: number; longitude: number; accuracy: number }
}

/** A phone's zero means that it does not know how accurate it is; less than that, that there is no place (iOS). */
function readingOf({ timestamp, coords }: PlatformReading): Reading | null {
  const { latitude, longitude, accuracy } = coords
  const onEarth = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
  if (!onEarth || accuracy < 0 || !(timestamp > 0)) return null
  return { latitude, longitude, accuracy: accuracy > 0 && Number.isFinite(accuracy) ? accuracy : null, timestamp }
}

/** What browsers and the web views of desktops have. */
export const browserSource: ReadingSource = {
  watch(onReading, onFailure) {
    if (!('geolocation' in navigator)) {
      onFailure('unsupported', 'final')
      return () => undefined
    }
    let found = false
    const id = navigator.geolocation.watchPosition(
      (position) => {
        const reading = readingOf(position)
        if (reading === null) return
        found = true
        onReading(reading)
      },
      (error) => {
        if (error.code === error.PERMISSION_DENIED) onFailure('denied', 'final')
        else if (error.code === error.TIMEOUT) onFailure('timeout', 'passing')
        // Where there was a signal there will be one again: the watch goes on.
        else onFailure('unavailable', found ? 'passing' : 'final')
      },
      { enableHighAccuracy: true, maximumAge: 0 },
    )
    return () => navigator.geolocation.clearWatch(id)
  },
}

/** Android's plugin takes its `timeout` for the pause between two readings. */
const PAUSE_MS = 1000

/** What both phones say when the person has switched positions off for all apps. */
const SWITCHED_OFF = /disabled|not enabled/i

function phoneFailure(error: unknown): [LocateFailure, Prospect] {
  return SWITCHED_OFF.test(String(error)) ? ['off', 'final'] : ['unavailable', 'passing']
}

/** The shell's plugin. Only on phones: on a desktop it calls zeros a success. */
export const phoneSource: ReadingSource = {
  watch(onReading, onFailure) {
    let stopped = false
    let id: number | null = null
    const begin = async (): Promise<void> => {
      const { location, coarseLocation } = await requestPermissions(['location'])
      if (stopped) return
      // A person may grant the approximate place alone; its accuracy says so.
      if (location !== 'granted' && coarseLocation !== 'granted') return onFailure('denied', 'final')
      id = await watchPosition({ enableHighAccuracy: true, timeout: PAUSE_MS, maximumAge: 0 }, (position, error) => {
        if (stopped) return
        const reading = position ? readingOf(position) : null
        if (reading) onReading(reading)
        else if (error) onFailure(...phoneFailure(error))
      })
      if (stopped) await clearWatch(id)
    }
    begin().catch((error: unknown) => {
      if (stopped) return
      const [failure] = phoneFailure(error)
      onFailure(failure, 'final')
    })
    return () => {
      stopped = true
      if (id !== null) clearWatch(id).catch(() => undefined)
    }
  },
}

/** The shell says so where it is built for a phone. */
export const onPhone = (): boolean => '__VILLAGE_LEDGER_PHONE__' in window

export const platformSource = (): ReadingSource => (onPhone() ? phoneSource : browserSource)
