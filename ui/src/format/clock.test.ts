import { describe, expect, it } from 'vitest'
import { amountOf, deviationOfFix, larger } from './clock'

describe("a device's clock", () => {
  it('is wrong beyond two minutes, either way', () => {
    expect(deviationOfFix(120)).toBeNull()
    expect(deviationOfFix(null)).toBeNull()
    expect(deviationOfFix(421)).toEqual({ against: 'fix', ahead_s: 421 })
    expect(deviationOfFix(-121)).toEqual({ against: 'fix', ahead_s: -121 })
  })

  it('is told by the larger deviation', () => {
    const server = { against: 'server', ahead_s: -600 } as const
    const fix = { against: 'fix', ahead_s: 200 } as const
    expect(larger(fix, server)).toBe(server)
    expect(larger(fix, null)).toBe(fix)
    expect(larger(null, null)).toBeNull()
  })

  it('is said in a unit that fits', () => {
    expect(amountOf(421)).toEqual({ unit: 'minutes', sum: 7 })
    expect(amountOf(-3 * 3600)).toEqual({ unit: 'hours', sum: 3 })
    expect(amountOf(60 * 3600)).toEqual({ unit: 'days', sum: 3 })
  })
})
