import { describe, expect, it } from 'vitest'
import { AGES, isLow } from './photo-space'

describe('space on the device', () => {
  it('is low below 500 MB, and where nobody knows nothing is said', () => {
    expect([isLow(499_999_999), isLow(500_000_000), isLow(0), isLow(null)]).toEqual([true, false, true, false])
  })

  it('is freed by age, all of it first', () => {
    expect(AGES).toEqual(['d0', 'd7', 'd30', 'd90'])
  })
})
