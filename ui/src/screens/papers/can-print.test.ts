import { describe, expect, it } from 'vitest'
import { canPrint } from './can-print'

const ANDROID_VIEW = 'Mozilla/5.0 (Linux; Android 11; V2057A; wv) AppleWebKit/537.36 Version/4.0 Chrome/87.0.4280.141 Mobile Safari/537.36'
const ANDROID_CHROME = 'Mozilla/5.0 (Linux; Android 11; V2057A) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36'
const DESKTOP = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 Version/17 Safari/605.1.15'
const print = (): void => undefined

describe('printing', () => {
  it('is there in the desktop program and in browsers', () => {
    expect(canPrint('device', DESKTOP, print)).toBe(true)
    expect(canPrint('office', DESKTOP, print)).toBe(true)
    expect(canPrint('office', ANDROID_CHROME, print)).toBe(true)
  })

  it('is not there in the web view of a phone, nor without the function', () => {
    expect(canPrint('device', ANDROID_VIEW, print)).toBe(false)
    expect(canPrint('device', 'Mozilla/5.0 (iPhone; CPU iPhone OS 14_8 like Mac OS X)', print)).toBe(false)
    expect(canPrint('office', ANDROID_VIEW, print)).toBe(false)
    expect(canPrint('office', DESKTOP, undefined)).toBe(false)
  })
})
