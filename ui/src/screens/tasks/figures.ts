import type { RouteLocationRaw } from 'vue-router'
import { count } from '@/format/number'
import { rate } from '@/format/rate'
import type { TaskFigures } from '@/wire/TaskFigures'
import type { TaskKind } from '@/wire/TaskKind'

export type FigureKey =
  | 'assigned'
  | 'checked'
  | 'with_problems'
  | 'discovery'
  | 'problems'
  | 'major'
  | 'closed_out'
  | 'rectification'
  | 'cases'
  | 'fines'
  | 'replied'
  | 'satisfied'
  | 'overdue'

export interface Figure {
  key: FigureKey
  text: string
}

/** The way to the problems that three of the figures count. */
export function problemDoors(of: { task: string } | { list: string }): Partial<Record<FigureKey, RouteLocationRaw>> {
  const door = (more: Record<string, string>): RouteLocationRaw => ({ path: '/problems', query: { ...of, ...more } })
  return { problems: door({ stage: 'all' }), major: door({ stage: 'all', severity: 'major' }), closed_out: door({ stage: 'closed_out' }) }
}

/** Of one petition or one line of a list these are told in words already. */
const OF_MANY = new Set<FigureKey>(['assigned', 'checked', 'with_problems', 'discovery', 'replied', 'satisfied', 'overdue'])

/** What came of one petition or one line of a list. */
export const figuresOfOne = (figures: TaskFigures, kind: TaskKind): Figure[] => figuresOf(figures, kind).filter(({ key }) => !OF_MANY.has(key))

/** What came of tasks, in the order in which it is reported. Rates are made from the counts beside them. */
export function figuresOf(figures: TaskFigures, kind: TaskKind): Figure[] {
  const { assigned, checked, with_problems, problems, major, closed_out, cases, fines_yuan, replied, satisfied, overdue } = figures
  const all: Figure[] = [
    { key: 'assigned', text: count(assigned) },
    { key: 'checked', text: count(checked) },
    { key: 'with_problems', text: count(with_problems) },
    { key: 'discovery', text: rate(with_problems, checked) },
    { key: 'problems', text: count(problems) },
    { key: 'major', text: count(major) },
    { key: 'closed_out', text: count(closed_out) },
    { key: 'rectification', text: rate(closed_out, problems) },
    { key: 'cases', text: count(cases) },
    { key: 'fines', text: count(fines_yuan) },
  ]
  if (kind === 'petition') all.push({ key: 'replied', text: count(replied) }, { key: 'satisfied', text: count(satisfied) })
  // A campaign is one task: its days overdue say more than a one.
  if (kind !== 'campaign') all.push({ key: 'overdue', text: count(overdue) })
  return all
}
