import type { RouteLocationRaw } from 'vue-router'
import type { LeadWaiting } from '@/wire/LeadWaiting'
import type { VillageOverdue } from '@/wire/VillageOverdue'

export type WaitingKey = Exclude<keyof LeadWaiting, 'overdue'>

/** What waits for a lead, in the order of the closed loop, each with the way to its rows. */
const DOORS: Record<WaitingKey, { path: string; query?: Record<string, string> }> = {
  to_confirm: { path: '/problems', query: { stage: 'discovered' } },
  to_register: { path: '/problems', query: { stage: 'confirmed' } },
  to_verify: { path: '/problems', query: { stage: 'rectifying' } },
  to_close: { path: '/problems', query: { stage: 'supervised' } },
  held: { path: '/held' },
  contested: { path: '/sites', query: { conflict: '1' } },
  alerts: { path: '/sites', query: { alert: '1' } },
  to_answer: { path: '/tasks', query: { kind: 'petition', state: 'checked' } },
  tasks_overdue: { path: '/tasks', query: { overdue: '1' } },
}

export interface Waiting {
  key: WaitingKey
  sum: number
  to: RouteLocationRaw
}

/** The rows are those of the unit that was counted. What is held is not asked for by unit. */
export function waitingOf(lead: LeadWaiting, grid: string | null): Waiting[] {
  return (Object.keys(DOORS) as WaitingKey[]).map((key) => {
    const { path, query } = DOORS[key]
    return { key, sum: lead[key], to: query && grid !== null ? { path, query: { ...query, grid } } : { path, query } }
  })
}

/** The longest bar first; where two are alike, in the order of codes. */
export function lateFirst(villages: readonly VillageOverdue[]): VillageOverdue[] {
  const late = ({ problems, sites }: VillageOverdue): number => problems + sites
  return villages.filter((village) => late(village) > 0).sort((a, b) => late(b) - late(a) || (a.unit.code < b.unit.code ? -1 : 1))
}
