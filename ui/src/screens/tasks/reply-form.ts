import { v7 as uuid } from 'uuid'
import { asId, asObject, asText, asWord } from '@/format/tolerant'
import { isDay } from '@/format/time'
import type { ReplyTask } from '@/wire/ReplyTask'

export const SATISFACTION = ['yes', 'no', 'unknown'] as const
export type Satisfaction = (typeof SATISFACTION)[number]

/** A note on a task as it is filled in. */
export interface ReplyDraft {
  id: string
  day: string
  satisfied: Satisfaction
  ends: boolean
  comment: string
}

export function parseReply(kept: unknown): ReplyDraft {
  const loose = asObject(kept)
  return {
    id: asId(loose['id']) ?? uuid(),
    day: asText(loose['day']),
    satisfied: asWord(loose['satisfied'], SATISFACTION) ?? 'unknown',
    ends: loose['ends'] === true,
    comment: asText(loose['comment']),
  }
}

export const satisfactionOf = (satisfied: boolean | null): Satisfaction => (satisfied === null ? 'unknown' : satisfied ? 'yes' : 'no')

export type ReplyNeed = 'person' | 'reply' | 'day'

export function missing(draft: ReplyDraft, person: string): ReplyNeed[] {
  const needs: ReplyNeed[] = []
  if (person.trim() === '') needs.push('person')
  if (draft.day !== '' && !isDay(draft.day)) needs.push('day')
  if (draft.day === '' && draft.comment.trim() === '' && draft.satisfied === 'unknown' && !draft.ends) needs.push('reply')
  return needs
}

export function requestOf(draft: ReplyDraft, task: string): ReplyTask {
  return {
    id: draft.id,
    task,
    replied_on: draft.day === '' ? null : draft.day,
    satisfied: draft.satisfied === 'unknown' ? null : draft.satisfied === 'yes',
    ends: draft.ends,
    comment: draft.comment.trim(),
  }
}
