import { v7 as uuid } from 'uuid'
import { asId, asList, asObject, asText, asWord } from '@/format/tolerant'
import { isDay } from '@/format/time'
import { emptyFilter, STANDINGS } from '@/screens/sites/filter-query'
import type { CreateCampaign } from '@/wire/CreateCampaign'
import type { SiteFilter } from '@/wire/SiteFilter'
import type { Standing } from '@/wire/Standing'

export const CAMPAIGN_FLAGS = ['open_problems', 'overdue', 'recheck_due', 'relapsed'] as const
export type CampaignFlag = (typeof CAMPAIGN_FLAGS)[number]

/** A campaign as it is filled in. */
export interface CampaignDraft {
  /** Made once, so that pressing twice starts one. */
  id: string
  name: string
  purpose: string
  grid: string
  standing: Standing | null
  industry: string
  done: boolean | null
  flags: CampaignFlag[]
  checklist: string[]
  from: string
  deadline: string
}

export function parseCampaign(kept: unknown, today: string): CampaignDraft {
  const loose = asObject(kept)
  const grid = asText(loose['grid'])
  return {
    id: asId(loose['id']) ?? uuid(),
    name: asText(loose['name']),
    purpose: asText(loose['purpose']),
    grid: /^\d{2,12}$/.test(grid) ? grid : '',
    standing: asWord(loose['standing'], STANDINGS),
    industry: asText(loose['industry']),
    done: typeof loose['done'] === 'boolean' ? loose['done'] : null,
    flags: CAMPAIGN_FLAGS.filter((flag) => asList(loose['flags']).includes(flag)),
    checklist: asList(loose['checklist']).filter((line): line is string => typeof line === 'string'),
    from: typeof loose['from'] === 'string' ? loose['from'] : today,
    deadline: asText(loose['deadline']),
  }
}

/** The sites that are meant. A flag that is not set asks for nothing. */
export function campaignFilter(draft: CampaignDraft): SiteFilter {
  const industry = draft.industry.trim()
  const flags = Object.fromEntries(draft.flags.map((flag) => [flag, true]))
  return { ...emptyFilter(), ...flags, grid: draft.grid === '' ? null : draft.grid, standing: draft.standing, done: draft.done, industry: industry === '' ? null : industry }
}

export type CampaignNeed = 'person' | 'name' | 'grid' | 'sites' | 'first' | 'last' | 'period'

/** `sites` is how many the filter leaves; `null` while that is being counted. */
export function missing(draft: CampaignDraft, sites: number | null, person: string): CampaignNeed[] {
  const needs: CampaignNeed[] = []
  if (person.trim() === '') needs.push('person')
  if (draft.name.trim() === '') needs.push('name')
  if (draft.grid === '') needs.push('grid')
  else if (sites === 0) needs.push('sites')
  if (!isDay(draft.from)) needs.push('first')
  if (!isDay(draft.deadline)) needs.push('last')
  else if (draft.deadline < draft.from) needs.push('period')
  return needs
}

export function requestOf(draft: CampaignDraft): CreateCampaign {
  return {
    id: draft.id,
    grid: draft.grid,
    name: draft.name.trim(),
    purpose: draft.purpose.trim(),
    filter: campaignFilter(draft),
    checklist: draft.checklist.map((line) => line.trim()).filter((line) => line !== ''),
    from: draft.from,
    deadline: draft.deadline,
  }
}

/** The lines with one of them moved by so many places, as far as there are any. */
export function moved<T>(lines: readonly T[], index: number, by: number): T[] {
  const next = [...lines]
  const to = index + by
  const [line] = to < 0 || to >= lines.length ? [] : next.splice(index, 1)
  if (line !== undefined) next.splice(to, 0, line)
  return next
}
