import type { Progress } from '@/wire/Progress'
import type { Totals } from '@/wire/Totals'

const plus = (a: Progress, b: Progress): Progress => ({ all: a.all + b.all, done: a.done + b.done })
const none: Progress = { all: 0, done: 0 }

/** The totals of several units together. */
export function sum(totals: readonly Totals[]): Totals {
  return totals.reduce<Totals>(
    (a, b) => ({
      surveyed: a.surveyed + b.surveyed,
      polluting: a.polluting + b.polluting,
      clean: a.clean + b.clean,
      unjudged: a.unjudged + b.unjudged,
      upgrade: plus(a.upgrade, b.upgrade),
      relocate: plus(a.relocate, b.relocate),
      shut_down: plus(a.shut_down, b.shut_down),
      problems: plus(a.problems, b.problems),
      problems_overdue: a.problems_overdue + b.problems_overdue,
      inspections: a.inspections + b.inspections,
      photos: a.photos + b.photos,
    }),
    { surveyed: 0, polluting: 0, clean: 0, unjudged: 0, upgrade: none, relocate: none, shut_down: none, problems: none, problems_overdue: 0, inspections: 0, photos: 0 },
  )
}

/** What is to be done to polluting sites, whichever it is. */
export function toDo(totals: Totals): Progress {
  return plus(plus(totals.upgrade, totals.relocate), totals.shut_down)
}
