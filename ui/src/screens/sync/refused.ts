import type { Words } from '@/errors/sentence'
import type { RefusedChange } from '@/wire/RefusedChange'

/** Reasons for which a lead at the office decides. */
const FOR_A_LEAD = new Set(['role', 'scope', 'rule'])

/** Whether it still waits for a lead. What one said about it is the end of it. */
export const waitsForLead = ({ reason, comment }: RefusedChange): boolean => FOR_A_LEAD.has(reason) && comment === ''

/** Why the server would not take it, and what becomes of it. */
export function refusedSentences({ reason, comment }: RefusedChange, { t, te }: Words): string[] {
  const why = te(`sync.refused_reason.${reason}`) ? t(`sync.refused_reason.${reason}`) : t('sync.refused_reason.other', { reason })
  if (comment !== '') return [why, t('sync.refused_said', { comment })]
  return [why, t(FOR_A_LEAD.has(reason) ? 'sync.refused_held' : 'sync.refused_kept')]
}
