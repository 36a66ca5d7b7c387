import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import type { Position } from '@/wire/Position'

const plugin = vi.hoisted(() => ({ requestPermissions: vi.fn(), watchPosition: vi.fn(), clearWatch: vi.fn() }))
vi.mock('@tauri-apps/plugin-geolocation', () => plugin)
const host = vi.hoisted(() => ({ kind: 'office' }))
vi.mock('@/host', () => ({ host }))

const NOON = Date.UTC(2026, 10, 20, 4, 0, 0)

interface Raw {
  latitude?: number
  longitude?: number
  accuracy?: number
  timestamp?: number
}
const reading = ({ latitude = 24.66, longitude = 118.09, accuracy = 30, timestamp = Date.now() }: Raw) => ({
  coords: { latitude, longitude, accuracy },
  timestamp,
})

/** A browser's geolocation that says what the test tells it to say. */
class Platform {
  watching = false
  private onFix: (position: unknown) => void = () => undefined
  private onError: (error: unknown) => void = () => undefined

  watchPosition(onFix: (position: unknown) => void, onError: (error: unknown) => void): number {
    this.watching = true
    this.onFix = onFix
    this.onError = onError
    return 7
  }
  clearWatch(id: number): void {
    expect(id).toBe(7)
    this.watching = false
  }
  says(raw: Raw): void {
    this.onFix(reading(raw))
  }
  fails(code: number): void {
    this.onError({ code, PERMISSION_DENIED: 1, POSITION_UNAVAILABLE: 2, TIMEOUT: 3 })
  }
}

let platform: Platform

beforeEach(() => {
  vi.useFakeTimers({ now: NOON })
  platform = new Platform()
  host.kind = 'office'
  vi.stubGlobal('navigator', { geolocation: platform })
  vi.stubGlobal('window', { isSecureContext: true })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.resetAllMocks()
})

const { lastPlace, useLocate } = await import('./locate')

describe('waiting for an accuracy', () => {
  it('tells each better fix and ends by itself when the wanted accuracy is reached', async () => {
    const { watch, locating, remainingS, failure } = useLocate()
    const fixes: (number | null)[] = []
    const found = watch({ wantedM: 20, timeoutS: 60, onFix: (fix) => fixes.push(fix.accuracy_m) })
    expect(locating.value).toBe(true)
    expect(remainingS.value).toBe(60)
    for (const accuracy of [800, 65, 90, 64, 12]) {
      vi.advanceTimersByTime(1000)
      platform.says({ accuracy })
    }
    expect(fixes).toEqual([800, 65, 64, 12])
    expect((await found)?.accuracy_m).toBe(12)
    expect([locating.value, platform.watching, remainingS.value, failure.value]).toEqual([false, false, 0, null])
  })

  it('keeps the best when the time is over, and counts down meanwhile', async () => {
    const { watch, locating, remainingS, failure } = useLocate()
    const found = watch({ wantedM: 20, timeoutS: 30 })
    platform.says({ accuracy: 45, latitude: 24.7 })
    platform.says({ accuracy: 70, latitude: 24.8 })
    vi.advanceTimersByTime(10_000)
    expect(remainingS.value).toBe(20)
    vi.advanceTimersByTime(19_000)
    expect(locating.value).toBe(true)
    vi.advanceTimersByTime(1_000)
    expect((await found)?.place.latitude).toBe(24.7)
    expect(failure.value).toBeNull()
    expect(lastPlace.value?.latitude).toBe(24.7)
    expect(platform.watching).toBe(false)
  })

  it('goes on with what there is when the person says so', async () => {
    const { watch, stop, best } = useLocate()
    const found = watch({ wantedM: 20, timeoutS: 60 })
    platform.says({ accuracy: 45 })
    stop()
    expect((await found)?.accuracy_m).toBe(45)
    expect(best.value?.accuracy_m).toBe(45)
    expect(platform.watching).toBe(false)
  })

  it('counts by its own clock when the device is set back an hour', async () => {
    const { watch, failure } = useLocate()
    const found = watch({ wantedM: 20, timeoutS: 30 })
    vi.setSystemTime(NOON - 3_600_000)
    vi.advanceTimersByTime(30_000)
    expect(await found).toBeNull()
    expect(failure.value).toBe('timeout')
  })

  it('ends with the screen that asked', () => {
    const scope = effectScope()
    scope.run(() => void useLocate().watch({ wantedM: 20, timeoutS: 60 }))
    expect(platform.watching).toBe(true)
    scope.stop()
    expect(platform.watching).toBe(false)
  })

  it('gives one fix of whatever accuracy to who asks for no more', async () => {
    const { locate } = useLocate()
    const found = locate()
    platform.says({ accuracy: 5000 })
    expect(await found).toEqual({
      place: { latitude: 24.66, longitude: 118.09 },
      accuracy_m: 5000,
      fixed_at: '2026-11-20T04:00:00.000Z',
      provider: 'platform',
      mock: false,
    } satisfies Position)
  })
})

describe('readings that are none', () => {
  it('takes no reading that the platform kept from before', async () => {
    const { watch, best } = useLocate()
    const found = watch({ wantedM: 20, timeoutS: 30 })
    platform.says({ accuracy: 5, latitude: 30, timestamp: NOON - 600_000 })
    expect(best.value).toBeNull()
    vi.advanceTimersByTime(2000)
    platform.says({ accuracy: 15 })
    expect((await found)?.place.latitude).toBe(24.66)
  })

  it('takes what follows when the device only has a wrong clock, and says how wrong', async () => {
    const { watch, clockAheadS } = useLocate()
    const found = watch({ wantedM: 20, timeoutS: 30 })
    for (const second of [0, 1]) {
      platform.says({ accuracy: 10, timestamp: Date.now() - 300_000 })
      vi.advanceTimersByTime(1000 * (second + 1))
    }
    expect((await found)?.fixed_at).toBe('2026-11-20T03:55:01.000Z')
    expect(clockAheadS.value).toBe(300)
  })

  it('takes neither zeros without a time, nor what is off the earth, nor a radius below zero', async () => {
    const { watch } = useLocate()
    const found = watch({ wantedM: 20, timeoutS: 5 })
    platform.says({ latitude: 0, longitude: 0, accuracy: 0, timestamp: 0 })
    platform.says({ latitude: 91 })
    platform.says({ latitude: NaN })
    platform.says({ accuracy: -1 })
    vi.advanceTimersByTime(5000)
    expect(await found).toBeNull()
  })

  it('takes an accuracy of zero for unknown', async () => {
    const { watch } = useLocate()
    const found = watch({ wantedM: 20, timeoutS: 5 })
    platform.says({ accuracy: 0 })
    platform.says({ accuracy: 400 })
    vi.advanceTimersByTime(5000)
    expect((await found)?.accuracy_m).toBe(400)
  })
})

describe('failures', () => {
  it('says at once that there is no permission', async () => {
    const { locate, failure } = useLocate()
    const found = locate()
    platform.fails(1)
    expect(await found).toBeNull()
    expect(failure.value).toBe('denied')
  })

  it('keeps a fix when the signal fails after it', async () => {
    const { watch, failure, locating } = useLocate()
    const found = watch({ wantedM: 20, timeoutS: 30 })
    platform.says({ accuracy: 50 })
    platform.fails(2)
    expect(locating.value).toBe(true)
    vi.advanceTimersByTime(30_000)
    expect((await found)?.accuracy_m).toBe(50)
    expect(failure.value).toBeNull()
  })

  it('asks nobody on a page that is not secure', async () => {
    vi.stubGlobal('window', { isSecureContext: false })
    const { locate, failure } = useLocate()
    expect(await locate()).toBeNull()
    expect(failure.value).toBe('insecure')
    expect(platform.watching).toBe(false)
  })

  it('says where there is no geolocation at all', async () => {
    vi.stubGlobal('navigator', {})
    const { locate, failure } = useLocate()
    expect(await locate()).toBeNull()
    expect(failure.value).toBe('unsupported')
  })
})

describe('on a phone', () => {
  type Callback = (position: unknown, error?: string) => void
  let tell: Callback

  beforeEach(() => {
    host.kind = 'device'
    vi.stubGlobal('window', { isSecureContext: false, __VILLAGE_LEDGER_PHONE__: true })
    plugin.requestPermissions.mockResolvedValue({ location: 'granted', coarseLocation: 'granted' })
    plugin.watchPosition.mockImplementation((_options: unknown, callback: Callback) => {
      tell = callback
      return Promise.resolve(3)
    })
    plugin.clearWatch.mockResolvedValue(undefined)
  })

  it('asks the plugin, and clears its watch', async () => {
    const { watch } = useLocate()
    const found = watch({ wantedM: 20, timeoutS: 30 })
    await vi.advanceTimersByTimeAsync(0)
    expect(plugin.watchPosition.mock.calls[0]?.[0]).toMatchObject({ enableHighAccuracy: true, maximumAge: 0 })
    tell(reading({ accuracy: 8 }))
    expect((await found)?.accuracy_m).toBe(8)
    expect(plugin.clearWatch).toHaveBeenCalledWith(3)
    expect(platform.watching).toBe(false)
  })

  it('waits on when a fix is not to be had for the moment', async () => {
    const { watch, failure } = useLocate()
    const found = watch({ wantedM: 20, timeoutS: 30 })
    await vi.advanceTimersByTimeAsync(0)
    tell(null, 'The operation couldn’t be completed. (kCLErrorDomain error 0.)')
    vi.advanceTimersByTime(30_000)
    expect(await found).toBeNull()
    expect(failure.value).toBe('unavailable')
  })

  it('tells positions that are switched off from ones that were refused', async () => {
    const { locate, failure } = useLocate()
    plugin.requestPermissions.mockRejectedValueOnce('Location services are disabled.')
    expect(await locate()).toBeNull()
    expect(failure.value).toBe('off')
    plugin.requestPermissions.mockResolvedValueOnce({ location: 'denied', coarseLocation: 'denied' })
    expect(await locate()).toBeNull()
    expect(failure.value).toBe('denied')
    expect(plugin.watchPosition).not.toHaveBeenCalled()
  })

  it('is content with the approximate place when that alone was granted', async () => {
    plugin.requestPermissions.mockResolvedValue({ location: 'denied', coarseLocation: 'granted' })
    const { watch } = useLocate()
    const found = watch({ wantedM: 20, timeoutS: 30 })
    await vi.advanceTimersByTimeAsync(0)
    tell(reading({ accuracy: 2000 }))
    await vi.advanceTimersByTimeAsync(30_000)
    expect((await found)?.accuracy_m).toBe(2000)
  })

  it('leaves no watch behind that began after it was stopped', async () => {
    let grant: (answer: unknown) => void = () => undefined
    plugin.watchPosition.mockReturnValue(new Promise((resolve) => (grant = resolve)))
    const { watch, stop } = useLocate()
    void watch({ wantedM: 20, timeoutS: 30 })
    await vi.advanceTimersByTimeAsync(0)
    stop()
    grant(9)
    await vi.advanceTimersByTimeAsync(0)
    expect(plugin.clearWatch).toHaveBeenCalledWith(9)
  })
})
