import { v7 as uuid } from 'uuid'
import { asId, asObject, asText } from '@/format/tolerant'
import { isDay } from '@/format/time'
import type { EnterTask } from '@/wire/EnterTask'

/** A petition or an assigned task as it is filled in. */
export interface TaskDraft {
  /** Made once, so that pressing twice hands out once. */
  id: string
  grid: string
  list: string
  number: string
  title: string
  content: string
  petitioner: string
  from: string
  deadline: string
  site: { id: string; name: string } | null
}

const TEXTS = ['list', 'number', 'title', 'content', 'petitioner', 'deadline'] as const

export function parseTask(kept: unknown, today: string): TaskDraft {
  const loose = asObject(kept)
  const grid = asText(loose['grid'])
  const site = asObject(loose['site'])
  const siteId = asId(site['id'])
  const texts = Object.fromEntries(TEXTS.map((key) => [key, asText(loose[key])])) as Record<(typeof TEXTS)[number], string>
  return {
    ...texts,
    id: asId(loose['id']) ?? uuid(),
    grid: /^\d{2,12}$/.test(grid) ? grid : '',
    from: typeof loose['from'] === 'string' ? loose['from'] : today,
    site: siteId === null ? null : { id: siteId, name: asText(site['name']) },
  }
}

export type TaskNeed = 'person' | 'grid' | 'title' | 'from' | 'deadline' | 'order'

export function missing(draft: TaskDraft, person: string): TaskNeed[] {
  const needs: TaskNeed[] = []
  if (person.trim() === '') needs.push('person')
  if (draft.grid === '') needs.push('grid')
  if (draft.title.trim() === '') needs.push('title')
  if (!isDay(draft.from)) needs.push('from')
  if (draft.deadline !== '' && !isDay(draft.deadline)) needs.push('deadline')
  else if (draft.deadline !== '' && draft.deadline < draft.from) needs.push('order')
  return needs
}

export function requestOf(draft: TaskDraft, kind: 'petition' | 'assigned'): EnterTask {
  return {
    id: draft.id,
    kind,
    grid: draft.grid,
    list: draft.list.trim(),
    number: draft.number.trim(),
    title: draft.title.trim(),
    content: draft.content.trim(),
    petitioner: draft.petitioner.trim(),
    from: draft.from,
    deadline: draft.deadline === '' ? null : draft.deadline,
    site: draft.site?.id ?? null,
  }
}
