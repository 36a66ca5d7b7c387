/** China has one time and no summer time, so it needs no time zone data, which old WebViews lack. */
const EIGHT_HOURS_MS = 8 * 3_600_000
const DAY_MS = 24 * 3_600_000

const two = (value: number): string => String(value).padStart(2, '0')

function inChina(moment: string | number | Date): Date | null {
  const time = new Date(moment).getTime()
  return Number.isFinite(time) ? new Date(time + EIGHT_HOURS_MS) : null
}

/** `2026-11-21` */
export function day(moment: string | number | Date): string {
  const date = inChina(moment)
  return date ? `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}` : ''
}

/** `17:32` */
export function minute(moment: string | number | Date): string {
  const date = inChina(moment)
  return date ? `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}` : ''
}

/** `17:32:09` */
export function second(moment: string | number | Date): string {
  const date = inChina(moment)
  return date ? `${minute(moment)}:${two(date.getUTCSeconds())}` : ''
}

/** `2026-11-21 17:32` */
export function dayAndMinute(moment: string | number | Date): string {
  return inChina(moment) ? `${day(moment)} ${minute(moment)}` : ''
}

export type Recency = 'today' | 'yesterday' | 'earlier'

export function recency(moment: string | number | Date, now: number | Date): Recency {
  const today = day(now)
  if (day(moment) === today) return 'today'
  return day(moment) === addDays(today, -1) ? 'yesterday' : 'earlier'
}

/** The day so many days after a day. */
export function addDays(from: string, days: number): string {
  const time = Date.parse(`${from}T00:00:00Z`)
  return Number.isFinite(time) ? new Date(time + days * DAY_MS).toISOString().slice(0, 10) : ''
}

/** Whether the text is a day of the calendar, written `2026-11-21`. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && addDays(text, 0) === text
}
