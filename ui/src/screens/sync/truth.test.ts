import { describe, expect, it } from 'vitest'
import type { SyncStatus } from '@/wire/SyncStatus'
import { markOf, truths } from './truth'

const status = (part: Partial<SyncStatus>): SyncStatus => ({
  server: 'http://127.0.0.1:8770',
  phase: 'idle',
  done: 0,
  total: 0,
  bytes: 0,
  unsent_changes: 0,
  unsent_photos: 0,
  missing_photos: 0,
  last_success_at: '2026-11-21T09:32:05Z',
  verified: null,
  differing: [],
  clock: null,
  refused: [],
  error: null,
  error_at: null,
  ...part,
})
const keys = (part: Partial<SyncStatus>): string[] => truths(status(part)).map(({ key }) => key)
const verified = { at: '2026-11-21T09:32:05Z', dossiers: 243, photos: 1204 }

describe('the truth about sync', () => {
  it('says verified only where something was proven', () => {
    expect(keys({})).toEqual(['all_sent'])
    expect(markOf(status({}))).toBe('stored')
    expect(keys({ verified })).toEqual(['verified'])
    expect(markOf(status({ verified }))).toBe('verified')
  })

  it('puts what is wrong before what is well', () => {
    const error = { code: 'unreachable', message: '', field: null, reason: null } as const
    expect(keys({ error, unsent_changes: 3, unsent_photos: 1, refused: [{ site: null, site_name: null, reason: 'role', comment: '' }] })).toEqual(['failed', 'refused', 'unsent', 'unsent_photos'])
  })

  it('does not pretend to be connected', () => {
    expect(keys({ server: null, last_success_at: null })).toEqual(['not_connected'])
    expect(markOf(status({ server: null, unsent_changes: 2 }))).toBe('device')
  })
})
