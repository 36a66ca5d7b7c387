import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import { asId } from '@/format/tolerant'
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
  industry: null,
  recheck_due: null,
  relapsed: null,
  alert: null,
  task: null,
  visited: null,
})

const word = (value: LocationQuery[string] | undefined): string | null => {
  const first = Array.isArray(value) ? value[0] : value
  return first ? first : null
}

/** `1` and `0` come from figures elsewhere, which are doors to their rows. */
const flag = (value: LocationQuery[string] | undefined): boolean | null => {
  const text = word(value)
  return text === 'yes' || text === '1' ? true : text === 'no' || text === '0' ? false : null
}

/** The filter that an address holds; what cannot be is left out. */
export function filterOf(query: LocationQuery): SiteFilter {
  const grid = word(query['grid'])
  const task = asId(word(query['task']))
  return {
    grid: grid !== null && /^\d{2,12}$/.test(grid) ? grid : null,
    text: word(query['text']),
    standing: STANDINGS.find((one) => one === word(query['standing'])) ?? null,
    done: flag(query['done']),
    open_problems: flag(query['open_problems']),
    conflict: flag(query['conflict']),
    overdue: flag(query['overdue']),
    placed: flag(query['placed']),
    industry: word(query['industry']),
    recheck_due: flag(query['recheck_due'] ?? query['recheckDue']),
    relapsed: flag(query['relapsed']),
    alert: flag(query['alert']),
    task,
    visited: task === null ? null : flag(query['visited']),
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
