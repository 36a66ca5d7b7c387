import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { TaskFilter } from '@/wire/TaskFilter'
import type { TaskKind } from '@/wire/TaskKind'
import type { TaskState } from '@/wire/TaskState'

export const TASK_KINDS: TaskKind[] = ['petition', 'assigned', 'campaign']
export const TASK_STATES: TaskState[] = ['open', 'checked', 'ended']

export const emptyTaskFilter = (): TaskFilter => ({ grid: null, kind: null, list: null, state: null, overdue: null })

const word = (value: LocationQuery[string] | undefined): string => (Array.isArray(value) ? value[0] : value) ?? ''

/** The filter that an address holds; what cannot be is left out. */
export function taskFilterOf(query: LocationQuery): TaskFilter {
  const grid = word(query['grid'])
  const overdue = word(query['overdue'])
  return {
    grid: /^\d{2,12}$/.test(grid) ? grid : null,
    kind: TASK_KINDS.find((kind) => kind === word(query['kind'])) ?? null,
    list: word(query['list']) || null,
    state: TASK_STATES.find((state) => state === word(query['state'])) ?? null,
    overdue: ['1', 'yes'].includes(overdue) ? true : ['0', 'no'].includes(overdue) ? false : null,
  }
}

/** The address of a filter, without what is not filtered. */
export function taskQueryOf(filter: Partial<TaskFilter>): LocationQueryRaw {
  const query: LocationQueryRaw = {}
  for (const [key, value] of Object.entries(filter)) {
    if (value === null || value === undefined || value === '') continue
    query[key] = typeof value === 'boolean' ? (value ? '1' : '0') : value
  }
  return query
}
