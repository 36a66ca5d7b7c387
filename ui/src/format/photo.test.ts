import { describe, expect, it } from 'vitest'
import { compassPoint, photoCode } from './photo'

describe('a photo', () => {
  it('has a short code in two groups', () => {
    expect(photoCode('0123456789abcdef'.repeat(4))).toBe('01234-56789')
  })

  it.each([
    [0, 'n'],
    [22, 'n'],
    [23, 'ne'],
    [90, 'e'],
    [225, 'sw'],
    [337.4, 'nw'],
    [337.6, 'n'],
    [359.9, 'n'],
    [-90, 'w'],
  ])('that was pointed to %d degrees looks to %s', (degrees, point) => {
    expect(compassPoint(degrees)).toBe(point)
  })
})
