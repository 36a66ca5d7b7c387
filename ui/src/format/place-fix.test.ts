import { describe, expect, it } from 'vitest'
import type { Position } from '@/wire/Position'
import { takesPlaceOf } from './place-fix'

const NOW = Date.parse('2026-11-21T09:32:05Z')
const fix = (accuracy_m: number | null, north = 0, secondsAgo = 30): Position => ({
  place: { latitude: 24.66 + north / 111_195, longitude: 118.09 },
  accuracy_m,
  fixed_at: new Date(NOW - secondsAgo * 1000).toISOString(),
  provider: 'platform',
  mock: false,
})

describe('a fix that just came', () => {
  it('is taken where there was none', () => {
    expect(takesPlaceOf(fix(500), null, NOW)).toBe(true)
  })

  it('never replaces a better one of the same place', () => {
    expect(takesPlaceOf(fix(38), fix(8), NOW)).toBe(false)
    expect(takesPlaceOf(fix(38, 40), fix(8), NOW)).toBe(false)
    expect(takesPlaceOf(fix(null), fix(8), NOW)).toBe(false)
  })

  it('replaces a worse one, and one that is as good', () => {
    expect(takesPlaceOf(fix(8), fix(38), NOW)).toBe(true)
    expect(takesPlaceOf(fix(8), fix(8), NOW)).toBe(true)
    expect(takesPlaceOf(fix(38), fix(null), NOW)).toBe(true)
  })

  it('replaces a better one of another place or of long ago', () => {
    expect(takesPlaceOf(fix(38, 120), fix(8), NOW)).toBe(true)
    expect(takesPlaceOf(fix(38), fix(8, 0, 3600), NOW)).toBe(true)
  })
})
