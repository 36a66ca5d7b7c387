import { day, minute } from '@/format/time'

const DIGITS = '〇一二三四五六七八九'

/** `2026年3月1日` of `2026-03-01`; empty where there is no such day. */
export function chineseDay(of: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(of)
  return parts ? `${parts[1]}年${Number(parts[2])}月${Number(parts[3])}日` : ''
}

/** The day of a moment in China: `2026年3月1日`. */
export const chineseDate = (moment: string): string => chineseDay(day(moment))

/** `2026年3月1日10时32分`, as minutes stand in records. */
export function chineseMinute(moment: string): string {
  const [hour, minutes] = minute(moment).split(':')
  return minutes === undefined ? '' : `${chineseDate(moment)}${Number(hour)}时${minutes}分`
}

/** 一 to 九十九, by which paragraphs are counted. */
export function chineseCount(value: number): string {
  if (!Number.isInteger(value) || value < 1 || value > 99) return String(value)
  const [tens, ones] = [Math.floor(value / 10), value % 10]
  const ten = tens === 0 ? '' : `${tens === 1 ? '' : DIGITS[tens]}十`
  return ten + (ones === 0 ? '' : DIGITS[ones])
}
