import type { SyncStatus } from '@/wire/SyncStatus'

/** One part of the truth about sync. */
export interface Truth {
  key:
    | 'revoked'
    | 'space_full'
    | 'unsent'
    | 'unsent_photos'
    | 'verified'
    | 'all_sent'
    | 'not_connected'
    | 'running'
    | 'failed'
    | 'refused'
    | 'differing'
    | 'leaving'
    | 'never'
    | 'space_low'
  sum: number
  at: string | null
}

/** What the line at the top says, the most pressing first. Nothing is called verified that the status does not. */
export function truths(status: SyncStatus): Truth[] {
  const line: Truth[] = []
  const add = (key: Truth['key'], sum = 0, at: string | null = null): void => {
    line.push({ key, sum, at })
  }
  if (status.revoked) add('revoked')
  if (status.space?.full) add('space_full')
  if (status.phase !== 'idle') add('running')
  if (status.server === null && !status.revoked) add('not_connected')
  if (status.error && status.phase === 'idle' && !status.revoked) add('failed')
  if (status.refused.length > 0) add('refused', status.refused.length)
  if (status.differing.length > 0) add('differing', status.differing.length)
  if (status.unsent_changes > 0) add('unsent', status.unsent_changes)
  if (status.unsent_photos > 0) add('unsent_photos', status.unsent_photos)
  if (status.leaving.length > 0) add('leaving', status.leaving.length)
  if (proven(status)) add('verified', status.verified?.dossiers ?? 0, status.verified?.at ?? null)
  else if (line.length === 0) add(status.last_success_at === null ? 'never' : 'all_sent')
  // It forbids nothing yet, so it comes last.
  if (status.space?.low && !status.space.full) add('space_low')
  return line
}

/** Whether both sides were proved to be equal, and still are. */
export const proven = (status: SyncStatus): boolean => status.verified !== null && status.revoked === null

export type Mark = 'device' | 'sent' | 'stored' | 'verified'

/** The shape beside it. */
export function markOf(status: SyncStatus): Mark {
  if (proven(status)) return 'verified'
  if (status.server === null || status.last_success_at === null) return 'device'
  // Where both sides differ, or something was not taken, nobody knows that the office has all.
  const lacking = status.unsent_changes > 0 || status.unsent_photos > 0 || status.refused.length > 0 || status.differing.length > 0
  return lacking ? 'sent' : 'stored'
}

/** Why nothing is proven, as a key of `sync.why`. */
export function whyUnproven(status: SyncStatus): 'never' | 'unsent' | 'differing' | 'refused' | 'waiting' {
  if (status.last_success_at === null) return 'never'
  if (status.unsent_changes > 0 || status.unsent_photos > 0) return 'unsent'
  if (status.differing.length > 0) return 'differing'
  return status.refused.length > 0 ? 'refused' : 'waiting'
}

/** Whether the first documents are on their way: all that is here can be used meanwhile. */
export const isFirst = (status: SyncStatus): boolean => status.phase !== 'idle' && status.last_success_at === null
