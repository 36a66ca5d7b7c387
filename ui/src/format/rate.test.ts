import { describe, expect, it } from 'vitest'
import { perMille, rate } from './rate'

describe('a rate', () => {
  it('is what was published of the same counts', () => {
    expect(rate(74, 80)).toBe('92.5%')
    expect(rate(97, 107)).toBe('90.7%')
  })

  it('is rounded half up', () => {
    expect(perMille(1, 16)).toBe(63)
    expect(perMille(1, 3)).toBe(333)
    expect(perMille(2, 3)).toBe(667)
  })

  it('has one decimal from nothing to all', () => {
    expect(rate(0, 5)).toBe('0.0%')
    expect(rate(5, 5)).toBe('100.0%')
    expect(rate(1, 200)).toBe('0.5%')
  })

  it('does not divide by nothing', () => {
    expect(rate(0, 0)).toBe('–')
  })
})
