import { getCurrentScope, onScopeDispose, ref, shallowRef } from 'vue'
import { host } from '@/host'
import { type LocateFailure, platformSource, type Reading, type ReadingSource } from '@/host/geolocation'
import type { LatLon } from '@/wire/LatLon'
import type { Position } from '@/wire/Position'

export type { LocateFailure } from '@/host/geolocation'

export interface Watch {
  /** It ends by itself at this radius in metres, or a smaller one. */
  wantedM: number
  /** It ends by itself after so many seconds. */
  timeoutS: number
  /** Told of the first fix and of each better one. */
  onFix?: (best: Position) => void
}

const ONE_FIX: Watch = { wantedM: Infinity, timeoutS: 20 }

/** A reading that seems older than this may be one that the platform kept from another place. */
const FRESH_MS = 10_000

/** The last fix of this run of the program, for distances in lists. */
export const lastPlace = shallowRef<LatLon | null>(null)

function positionOf({ latitude, longitude, accuracy, timestamp }: Reading): Position {
  return {
    place: { latitude, longitude },
    accuracy_m: accuracy,
    fixed_at: new Date(timestamp).toISOString(),
    provider: 'platform',
    // Neither browsers nor the phones' plugin tell.
    mock: false,
  }
}

/** An unknown accuracy loses against any known one; of two alike the later one stands. */
function isBetter(reading: Reading, best: Reading | null): boolean {
  return best === null || (reading.accuracy ?? Infinity) <= (best.accuracy ?? Infinity)
}

function source(): ReadingSource | LocateFailure {
  // The shell's own scheme is secure whatever its WebView calls it.
  if (host.kind === 'office' && !window.isSecureContext) return 'insecure'
  return platformSource()
}

/** Asks the device where it is. One watch at a time; it ends with the component that asked. */
export function useLocate() {
  const locating = ref(false)
  const failure = ref<LocateFailure | null>(null)
  /** The best fix of the present or the last watch. */
  const best = shallowRef<Position | null>(null)
  /** Whole seconds until the present watch ends by itself. */
  const remainingS = ref(0)
  /**
   * Seconds by which this device's clock is ahead of the newest fix's; null before there is one. A delay of the
   * platform counts in, so a few seconds mean nothing.
   */
  const clockAheadS = ref<number | null>(null)
  let end: () => void = () => undefined

  /** Ends the watch; what it found stands. */
  function stop(): void {
    end()
  }

  /** Resolves when the wanted accuracy is reached, the time is over, or it is stopped: with the best fix, if any. */
  function watch({ wantedM, timeoutS, onFix }: Watch): Promise<Position | null> {
    stop()
    failure.value = null
    best.value = null
    clockAheadS.value = null
    const from = source()
    if (typeof from === 'string') {
      failure.value = from
      return Promise.resolve(null)
    }
    locating.value = true
    return new Promise((resolve) => {
      const began = Date.now()
      const elapsed = elapsedTimer()
      let bestReading: Reading | null = null
      let newest = 0
      let reason: LocateFailure = 'timeout'
      let leave: (() => void) | null = null

      end = () => {
        end = () => undefined
        clearInterval(ticking)
        leave?.()
        leave = () => undefined
        locating.value = false
        remainingS.value = 0
        resolve(best.value)
      }
      const over = (): void => {
        if (bestReading === null) failure.value = reason
        end()
      }
      const tick = (): void => {
        remainingS.value = Math.max(0, Math.ceil(timeoutS - elapsed()))
        if (elapsed() >= timeoutS) over()
      }
      const ticking = setInterval(tick, 250)

      const heard = (reading: Reading): void => {
        if (!locating.value) return
        // Without a clock that can be trusted, a kept reading differs from a fresh one in that none later follows it.
        const fresh = reading.timestamp >= began - FRESH_MS || (newest > 0 && reading.timestamp > newest)
        newest = Math.max(newest, reading.timestamp)
        if (!fresh) return
        clockAheadS.value = Math.round((Date.now() - reading.timestamp) / 1000)
        if (!isBetter(reading, bestReading)) return
        bestReading = reading
        const position = positionOf(reading)
        best.value = position
        lastPlace.value = position.place
        onFix?.(position)
        if (wantedM === Infinity || (reading.accuracy ?? Infinity) <= wantedM) end()
      }

      tick()
      leave = from.watch(heard, (why, prospect) => {
        reason = why
        if (prospect === 'final' && locating.value) over()
      })
      // It may have ended before there was anything to leave.
      if (!locating.value) leave()
    })
  }

  /** One fix, of whatever accuracy. */
  function locate(): Promise<Position | null> {
    return watch(ONE_FIX)
  }

  if (getCurrentScope()) onScopeDispose(stop)

  return { locating, failure, best, remainingS, clockAheadS, watch, stop, locate }
}

/** Seconds since it was made, whatever is done to the device's clock meanwhile. */
function elapsedTimer(): () => number {
  const began = performance.now()
  return () => (performance.now() - began) / 1000
}
