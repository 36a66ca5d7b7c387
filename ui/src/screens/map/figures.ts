import type { Meaning } from '@/components/meaning'
import type { MapSite } from '@/wire/MapSite'

/** What a mark says of a site: its shape, whether it is late and by how much, and whether it is in conflict. */
export interface MarkLook {
  standing: Exclude<Meaning, 'overdue' | 'conflict'>
  /** As it is written; empty where nothing is late. */
  days: string
  conflict: boolean
}

/** More than fits on a mark. */
const MOST_DAYS = 9999

export function lookOf(site: MapSite): MarkLook {
  const late = site.days_overdue
  return {
    standing: site.verdict ?? 'unjudged',
    days: late === null ? '' : late > MOST_DAYS ? `${MOST_DAYS}+` : String(late),
    conflict: site.conflict,
  }
}

/** What the ring of a cluster says. */
export interface ClusterLook {
  label: string
  /** How many twelfths of the ring are overdue. */
  late: number
  conflict: boolean
}

const PARTS = 12

/** A single late site shows, and so does a single one that is not late: only all and none fill or empty the ring. */
export function clusterLook(sites: readonly MapSite[]): ClusterLook {
  const all = sites.length
  const overdue = sites.filter((site) => site.days_overdue !== null).length
  const late = overdue === 0 ? 0 : overdue === all ? PARTS : Math.min(PARTS - 1, Math.max(1, Math.round((overdue / all) * PARTS)))
  return { label: short(all), late, conflict: sites.some((site) => site.conflict) }
}

export const shareOf = (look: ClusterLook): number => look.late / PARTS

/** `87`, `1.2k`: what fits into a ring; rounded down, so that it never says more than there are. */
export function short(sum: number): string {
  if (sum < 1000) return String(sum)
  if (sum < 10_000) return `${(Math.floor(sum / 100) / 10).toFixed(1)}k`
  return `${Math.floor(sum / 1000)}k`
}

/** The diameter of a ring, which grows slowly with what it stands for. */
export function ringSize(sum: number): number {
  return sum < 10 ? 36 : sum < 100 ? 42 : sum < 1000 ? 48 : 56
}
