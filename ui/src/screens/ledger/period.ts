import type { LocationQuery } from 'vue-router'
import { addDays, isDay } from '@/format/time'
import type { Period } from '@/wire/Period'

export const PERIODS = ['all', 'week', 'month', 'own'] as const
export type PeriodWord = (typeof PERIODS)[number]

/** What is chosen, and the days that are meant; `null` for all days, and for own ones that are not complete. */
export interface ChosenPeriod {
  word: PeriodWord
  from: string
  to: string
  period: Period | null
}

/** Monday, as weeks are reported. */
function mondayOf(day: string): string {
  const sinceMonday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
  return addDays(day, -sinceMonday)
}

const text = (value: LocationQuery[string] | undefined): string => (Array.isArray(value) ? value[0] : value) ?? ''

/** The period that an address holds; `today` is the day in China. */
export function periodOf(query: LocationQuery, today: string): ChosenPeriod {
  const word = PERIODS.find((one) => one === text(query['period'])) ?? 'all'
  if (word === 'all') return { word, from: '', to: '', period: null }
  if (word !== 'own') {
    const from = word === 'week' ? mondayOf(today) : `${today.slice(0, 8)}01`
    return { word, from, to: today, period: { from, to: today } }
  }
  const [from, to] = [text(query['from']), text(query['to'])]
  return { word, from, to, period: isDay(from) && isDay(to) && from <= to ? { from, to } : null }
}
