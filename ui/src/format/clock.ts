import type { ClockDeviation } from '@/wire/ClockDeviation'

/** As `CLOCK_TOLERANCE` of the domain, which decides what is recorded; here it decides what is shown beforehand. */
const TOLERANCE_S = 120

/** That a fix found the clock wrong, if it did. */
export function deviationOfFix(aheadS: number | null): ClockDeviation | null {
  return aheadS !== null && Math.abs(aheadS) > TOLERANCE_S ? { against: 'fix', ahead_s: aheadS } : null
}

/** The larger of two. */
export function larger(one: ClockDeviation | null, other: ClockDeviation | null): ClockDeviation | null {
  if (one === null || other === null) return one ?? other
  return Math.abs(one.ahead_s) >= Math.abs(other.ahead_s) ? one : other
}

/** By how much, in a unit that people say: minutes up to two hours, hours up to two days. */
export function amountOf(seconds: number): { unit: 'minutes' | 'hours' | 'days'; sum: number } {
  const minutes = Math.round(Math.abs(seconds) / 60)
  if (minutes < 120) return { unit: 'minutes', sum: minutes }
  const hours = Math.round(minutes / 60)
  return hours < 48 ? { unit: 'hours', sum: hours } : { unit: 'days', sum: Math.round(hours / 24) }
}
