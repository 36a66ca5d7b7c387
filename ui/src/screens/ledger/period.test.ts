import { describe, expect, it } from 'vitest'
import { periodOf } from './period'

describe('the period of totals', () => {
  it('is all days unless one is chosen', () => {
    expect(periodOf({}, '2026-11-22').period).toBe(null)
    expect(periodOf({ period: 'decade' }, '2026-11-22')).toMatchObject({ word: 'all', period: null })
  })

  it('begins on Monday or on the first', () => {
    // A Sunday still belongs to the week before.
    expect(periodOf({ period: 'week' }, '2026-11-22').period).toEqual({ from: '2026-11-16', to: '2026-11-22' })
    expect(periodOf({ period: 'week' }, '2026-11-23').period).toEqual({ from: '2026-11-23', to: '2026-11-23' })
    expect(periodOf({ period: 'month' }, '2026-11-22').period).toEqual({ from: '2026-11-01', to: '2026-11-22' })
  })

  it('is of own days only when both can be', () => {
    const own = (from: string, to: string) => periodOf({ period: 'own', from, to }, '2026-11-22').period
    expect(own('2026-10-01', '2026-10-31')).toEqual({ from: '2026-10-01', to: '2026-10-31' })
    expect(own('2026-10-31', '2026-10-01')).toBe(null)
    expect(own('2026-10-01', '')).toBe(null)
    expect(own('2026-02-30', '2026-03-01')).toBe(null)
  })
})
