import { describe, expect, it } from 'vitest'
import { chineseCount, chineseDate, chineseDay, chineseMinute } from './chinese-date'

describe('dates on papers', () => {
  it('stand without noughts', () => {
    expect(chineseDay('2026-03-01')).toBe('2026年3月1日')
    expect(chineseDay('2026-11-22')).toBe('2026年11月22日')
    expect(chineseDay('')).toBe('')
  })

  it('are days in China', () => {
    expect(chineseDate('2026-02-28T16:00:00Z')).toBe('2026年3月1日')
    expect(chineseMinute('2026-03-01T02:05:30Z')).toBe('2026年3月1日10时05分')
    expect(chineseMinute('2026-02-28T16:07:00Z')).toBe('2026年3月1日0时07分')
    expect(chineseMinute('never')).toBe('')
  })
})

describe('paragraphs', () => {
  it('are counted in Chinese', () => {
    expect([1, 9, 10, 11, 19, 20, 21, 99].map(chineseCount)).toEqual(['一', '九', '十', '十一', '十九', '二十', '二十一', '九十九'])
    expect(chineseCount(100)).toBe('100')
  })
})
