import { describe, expect, it } from 'vitest'
import { creditCodeFault } from './credit-code'
import { bytes, count, duration, share } from './number'
import { distance, distanceM, parseDegrees, parsePosition, place } from './place'
import { emptyPlace, fixedPlace, latitudeWrong, longitudeWrong, positionOf } from './place-input'
import { addDays, day, dayAndMinute, isDay, minute, recency, second } from './time'

describe('times are those of China', () => {
  it('whatever the clock of the device is set to', () => {
    expect(dayAndMinute('2026-11-21T09:32:05Z')).toBe('2026-11-21 17:32')
    expect(day('2026-11-21T16:00:00Z')).toBe('2026-11-22')
    expect(minute('2026-11-21T16:00:00Z')).toBe('00:00')
    expect(second('2026-11-21T06:02:11.4Z')).toBe('14:02:11')
    expect(dayAndMinute('soon')).toBe('')
  })

  it('know today and yesterday', () => {
    const now = new Date('2026-11-21T15:59:00Z')
    expect(recency('2026-11-20T16:00:00Z', now)).toBe('today')
    expect(recency('2026-11-20T15:59:00Z', now)).toBe('yesterday')
    expect(recency('2026-11-01T00:00:00Z', now)).toBe('earlier')
  })

  it('count days over the end of a month', () => {
    expect(addDays('2026-02-27', 7)).toBe('2026-03-06')
    expect(isDay('2026-02-30')).toBe(false)
    expect(isDay('2026-2-3')).toBe(false)
    expect(isDay('2028-02-29')).toBe(true)
  })
})

describe('numbers', () => {
  it('are grouped, rounded down and given units', () => {
    expect(count(1204)).toBe('1,204')
    expect(share(130, 158)).toBe('82%')
    expect(share(199, 200)).toBe('99%')
    expect(share(0, 0)).toBe('–')
    expect(bytes(999)).toBe('999 B')
    expect(bytes(3_240_000)).toBe('3.2 MB')
    expect(duration(65)).toBe('1:05')
    expect(duration(3723)).toBe('1:02:03')
  })
})

describe('credit codes', () => {
  it('are right, absent, or wrong for a reason', () => {
    expect(creditCodeFault('92350211h5t3d0xpam')).toBeNull()
    expect(creditCodeFault(' ')).toBeNull()
    expect(creditCodeFault('92350211H5T3D0XPA')).toBe('credit_code_length')
    expect(creditCodeFault('92350211O5T3D0XPAM')).toBe('credit_code_character')
    expect(creditCodeFault('92350211H5T3D0XPAN')).toBe('credit_code_check')
  })
})

describe('places', () => {
  const donghui = { latitude: 24.660101, longitude: 118.090452 }

  it('are so far apart', () => {
    expect(distanceM({ latitude: 24, longitude: 118 }, { latitude: 25, longitude: 118 })).toBeCloseTo(111_195, -2)
    expect(distanceM(donghui, donghui)).toBe(0)
    expect([distance(34.6), distance(1234), distance(128_400)]).toEqual(['35 m', '1.2 km', '128 km'])
    expect(place(donghui)).toBe('24.660101, 118.090452')
  })

  it('are read as people type them', () => {
    expect(parseDegrees(' ２４．６６ ', 90)).toBe(24.66)
    expect(parseDegrees('-118.09', 180)).toBe(-118.09)
    for (const wrong of ['91', '', 'NaN', '1e2', '24,66', '24.66.1']) expect(parseDegrees(wrong, 90)).toBeNull()
  })

  it('keep the fix until somebody types over it', () => {
    const fix = { place: donghui, accuracy_m: 8, fixed_at: '2026-11-21T09:32:05Z', provider: 'platform', mock: false } as const
    expect(positionOf(fixedPlace(fix))).toEqual(fix)
    const typed = { ...fixedPlace(fix), latitude: '24.7' }
    expect(positionOf(typed)).toMatchObject({ provider: 'typed', accuracy_m: null, place: { latitude: 24.7 } })
    expect(positionOf(emptyPlace())).toBeNull()
  })

  it('are wrong by halves', () => {
    const half = { ...emptyPlace(), latitude: '24.6' }
    expect([latitudeWrong(half), longitudeWrong(half)]).toEqual([false, true])
    expect([latitudeWrong(emptyPlace()), longitudeWrong(emptyPlace())]).toEqual([false, false])
  })

  it('are read from a document, or not at all', () => {
    expect(parsePosition(JSON.stringify({ place: donghui }))?.place).toEqual(donghui)
    for (const wrong of ['', 'null', '[]', '{"place":{}}', '24,118']) expect(parsePosition(wrong)).toBeNull()
  })
})
