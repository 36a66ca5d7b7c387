import { ref, shallowRef } from 'vue'
import { host } from '@/host'
import type { LatLon } from '@/wire/LatLon'
import type { Position } from '@/wire/Position'

export type LocateFailure = 'denied' | 'unavailable' | 'timeout' | 'insecure' | 'unsupported'

const TIMEOUT_MS = 20_000

/** The last fix of this run of the program, for distances in lists. */
export const lastPlace = shallowRef<LatLon | null>(null)

function failureOf(error: GeolocationPositionError): LocateFailure {
  if (error.code === error.PERMISSION_DENIED) return 'denied'
  return error.code === error.TIMEOUT ? 'timeout' : 'unavailable'
}

/** Asks the device where it is. */
export function useLocate() {
  const locating = ref(false)
  const failure = ref<LocateFailure | null>(null)

  function locate(): Promise<Position | null> {
    failure.value = null
    // The shell's own scheme is secure whatever its WebView calls it.
    if (host.kind === 'office' && !window.isSecureContext) failure.value = 'insecure'
    else if (!('geolocation' in navigator)) failure.value = 'unsupported'
    if (failure.value !== null) return Promise.resolve(null)
    locating.value = true
    return new Promise((resolve) => {
      navigator.geolocation.getCurrentPosition(
        ({ coords, timestamp }) => {
          locating.value = false
          const place = { latitude: coords.latitude, longitude: coords.longitude }
          lastPlace.value = place
          resolve({
            place,
            accuracy_m: coords.accuracy,
            fixed_at: new Date(timestamp).toISOString(),
            provider: 'platform',
            mock: false,
          })
        },
        (error) => {
          locating.value = false
          failure.value = failureOf(error)
          resolve(null)
        },
        { enableHighAccuracy: true, timeout: TIMEOUT_MS, maximumAge: 10_000 },
      )
    })
  }

  return { locating, failure, locate }
}
