import type { SyncStatus } from '@/wire/SyncStatus'

/** One part of the truth about sync. */
export interface Truth {
  key: 'unsent' | 'unsent_photos' | 'verified' | 'all_sent' | 'not_connected' | 'running' | 'failed' | 'refused' | 'differing' | 'never'
  sum: number
  at: string | null
}

/** What the line at the top says, the most pressing first. Nothing is called verified that the status does not. */
export function truths(status: SyncStatus): Truth[] {
  const line: Truth[] = []
  const add = (key: Truth['key'], sum = 0, at: string | null = null): void => {
    line.push({ key, sum, at })
  }
  if (status.phase !== 'idle') add('running')
  if (status.server === null) add('not_connected')
  if (status.error && status.phase === 'idle') add('failed')
  if (status.refused.length > 0) add('refused', status.refused.length)
  if (status.differing.length > 0) add('differing', status.differing.length)
  if (status.unsent_changes > 0) add('unsent', status.unsent_changes)
  if (status.unsent_photos > 0) add('unsent_photos', status.unsent_photos)
  if (status.verified) add('verified', status.verified.dossiers, status.verified.at)
  else if (line.length === 0) add(status.last_success_at === null ? 'never' : 'all_sent')
  return line
}

export type Mark = 'device' | 'sent' | 'stored' | 'verified'

/** The shape beside it. */
export function markOf(status: SyncStatus): Mark {
  if (status.verified) return 'verified'
  if (status.server === null || status.last_success_at === null) return 'device'
  return status.unsent_changes > 0 || status.unsent_photos > 0 ? 'sent' : 'stored'
}
