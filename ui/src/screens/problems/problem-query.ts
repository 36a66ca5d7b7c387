import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import { asId, asWord } from '@/format/tolerant'
import type { ProblemFilter } from '@/wire/ProblemFilter'
import type { Stage } from '@/wire/Stage'
import { SEVERITIES, STAGES } from '@/words'

/** All that somebody still has to do something about. */
export const OPEN: Stage[] = STAGES.filter((stage) => stage !== 'closed_out')

export const noProblemFilter = (): ProblemFilter => ({ grid: null, site: null, stages: [], severity: null, overdue: null, contested: null, task: null, list: null })

const word = (value: LocationQuery[string] | undefined): string | null => {
  const first = Array.isArray(value) ? value[0] : value
  return first ? first : null
}
const flag = (value: LocationQuery[string] | undefined): boolean | null => (word(value) === '1' ? true : word(value) === '0' ? false : null)

/** The filter that an address holds; what cannot be is left out. An address without any means what is open. */
export function problemFilterOf(query: LocationQuery): ProblemFilter {
  const grid = word(query['grid'])
  const asked = (word(query['stage']) ?? (Object.keys(query).length === 0 ? 'open' : '')).split(',')
  return {
    grid: grid !== null && /^\d{2,12}$/.test(grid) ? grid : null,
    site: asId(word(query['site'])),
    stages: asked.includes('open') ? OPEN : STAGES.filter((stage) => asked.includes(stage)),
    severity: asWord(query['severity'], SEVERITIES),
    overdue: flag(query['overdue']),
    contested: flag(query['contested']),
    task: asId(word(query['task'])),
    list: word(query['list']),
  }
}

/** The address of a filter, without what is not filtered. */
export function problemQueryOf({ grid, site, stages, severity, overdue, contested, task, list }: Partial<ProblemFilter>): LocationQueryRaw {
  const query: LocationQueryRaw = {}
  if (grid) query['grid'] = grid
  if (site) query['site'] = site
  if (task) query['task'] = task
  if (list) query['list'] = list
  if (stages && stages.length > 0) query['stage'] = isOpen(stages) ? 'open' : stages.join(',')
  if (severity) query['severity'] = severity
  if (typeof overdue === 'boolean') query['overdue'] = overdue ? '1' : '0'
  if (typeof contested === 'boolean') query['contested'] = contested ? '1' : '0'
  // Without anything it would mean what is open.
  return Object.keys(query).length === 0 ? { stage: 'all' } : query
}

export const isOpen = (stages: readonly Stage[]): boolean => stages.length === OPEN.length && OPEN.every((stage) => stages.includes(stage))

const only = (filter: ProblemFilter): string => String(problemQueryOf(filter)['stage'] ?? '')
const alone = (filter: ProblemFilter): boolean => Object.keys(problemQueryOf(filter)).length === 1

/** Whether every problem is meant. */
export const isUnfiltered = (filter: ProblemFilter): boolean => alone(filter) && only(filter) === 'all'
/** Whether it is what is shown where nobody has chosen anything. */
export const isUsual = (filter: ProblemFilter): boolean => alone(filter) && only(filter) === 'open'
