import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { SiteFilter } from '@/wire/SiteFilter'
import type { Standing } from '@/wire/Standing'

export const STANDINGS: Standing[] = ['polluting', 'upgrade', 'relocate', 'shut_down', 'clean', 'unjudged']

export const emptyFilter = (): SiteFilter => ({
  grid: null,
  text: null,
  standing: null,
  done: null,
  open_problems: null,
  conflict: null,
  overdue: null,
  placed: null,
})

const word = (value: LocationQuery[string] | undefined): string | null => {
  const first = Array.isArray(value) ? value[0] : value
  return first ? first : null
}

const flag = (value: LocationQuery[string] | undefined): boolean | null => {
  const text = word(value)
  return text === 'yes' ? true : text === 'no' ? false : null
}

/** The filter that an address holds; what cannot be is left out. */
export function filterOf(query: LocationQuery): SiteFilter {
  const grid = word(query['grid'])
  return {
    grid: grid !== null && /^\d{2,12}$/.test(grid) ? grid : null,
    text: word(query['text']),
    standing: STANDINGS.find((one) => one === word(query['standing'])) ?? null,
    done: flag(query['done']),
    open_problems: flag(query['open_problems']),
    conflict: flag(query['conflict']),
    overdue: flag(query['overdue']),
    placed: flag(query['placed']),
  }
}

/** The address of a filter, without what is not filtered. */
export function queryOf(filter: Partial<SiteFilter>): LocationQueryRaw {
  const query: LocationQueryRaw = {}
  for (const [key, value] of Object.entries(filter)) {
    if (value === null || value === undefined || value === '') continue
    query[key] = typeof value === 'boolean' ? (value ? 'yes' : 'no') : value
  }
  return query
}

export function isEmpty(filter: SiteFilter): boolean {
  return Object.values(filter).every((value) => value === null || value === '')
}
