import type { Errand } from '@/wire/Errand'
import type { Today } from '@/wire/Today'
import type { TodayPlace } from '@/wire/TodayPlace'
import type { VisitReason } from '@/wire/VisitReason'

export const REASONS: VisitReason[] = ['sent_back', 'problem', 'plan', 'recheck', 'task']

export const asReason = (value: unknown): VisitReason | null => REASONS.find((reason) => reason === value) ?? null

/** How many errands of one reason there are, beyond the places that are listed too. */
export function sumOf(today: Today, reason: VisitReason): number {
  return {
    sent_back: today.sent_back,
    problem: today.problems_due,
    plan: today.plans_due,
    recheck: today.rechecks_due,
    task: today.tasks_open,
  }[reason]
}

/** What has a day of its own is counted from that day on, and listed some days before; the others wait at once. */
function counts({ reason, deadline }: Errand, today: string): boolean {
  return reason === 'sent_back' || reason === 'task' || (deadline !== null && deadline <= today)
}

/** The places of one reason, with what the number of that reason counts and nothing else. */
export function placesOf(places: readonly TodayPlace[], reason: VisitReason | null, today: string): TodayPlace[] {
  if (reason === null) return [...places]
  return places
    .map((place) => ({ ...place, errands: place.errands.filter((errand) => errand.reason === reason && counts(errand, today)) }))
    .filter(({ errands }) => errands.length > 0)
}

/** A task that stands alone is where its place leads to, as long as nobody knows the site. */
export function targetOf({ site, errands }: TodayPlace): { name: string; params: Record<string, string> } | null {
  if (site !== null) return { name: 'sites', params: { site } }
  const task = errands.find((errand) => errand.task !== null)?.task
  return task ? { name: 'task', params: { task } } : null
}
