import { describe, expect, it } from 'vitest'
import { parseDays } from './recheck-days'

const fault = (text: string) => parseDays(text).fault

describe('the days of rechecks', () => {
  it('are read as people write them', () => {
    expect(parseDays('30、90、180')).toEqual({ days: [30, 90, 180], fault: null })
    expect(parseDays(' ３０，90 天 180天 ').days).toEqual([30, 90, 180])
  })

  it('follow the rule of the county', () => {
    expect(fault(' 、 ')).toBe('empty')
    expect(fault('30、半年')).toBe('word')
    expect(fault('30 -90')).toBe('word')
    expect(fault('0 30')).toBe('range')
    expect(fault('30 3651')).toBe('range')
    expect(fault('90 30')).toBe('order')
    expect(fault('30 30')).toBe('order')
    expect(fault('1 2 3 4 5 6 7 8 9 10 11 12 13')).toBe('many')
  })
})
