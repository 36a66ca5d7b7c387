import { describe, expect, it } from 'vitest'
import type { SyncStatus } from '@/wire/SyncStatus'
import { isFirst, markOf, truths, whyUnproven } from './truth'

const status = (part: Partial<SyncStatus>): SyncStatus => ({
  server: { address: 'https://192.168.1.5:8770', found_at: null, certificate: '3F7A 91C2', device: '网格员手机' },
  revoked: null,
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
  leaving: [],
  space: null,
  clock: null,
  refused: [],
  error: null,
  error_at: null,
  ...part,
})
const keys = (part: Partial<SyncStatus>): string[] => truths(status(part)).map(({ key }) => key)
const verified = { at: '2026-11-21T09:32:05Z', dossiers: 243, photos: 1204 }
const unit = { code: '350211102207', name: '东辉村' }
const revoked = { at: '2026-11-21T09:32:05Z', erase: false, unsent_changes: 0, unsent_photos: 0 }
const space = { free_bytes: 90_000_000, low: true, full: false }

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
    expect(markOf(status({ differing: [{ unit, documents: 1, first: [] }] }))).toBe('sent')
  })

  it('calls nothing of a revoked device verified', () => {
    const part = { revoked, verified, unsent_changes: 2, error: { code: 'unauthorized', message: '', field: null, reason: 'revoked' } as const }
    expect(keys(part)).toEqual(['revoked', 'unsent'])
    expect(markOf(status({ revoked, verified }))).not.toBe('verified')
  })

  it('tells of units that are on their way off the device, and of space', () => {
    expect(keys({ verified, leaving: [{ unit, documents: 3, unsent_changes: 0 }] })).toEqual(['leaving', 'verified'])
    expect(keys({ verified, space })).toEqual(['verified', 'space_low'])
    expect(keys({ verified, space: { ...space, full: true } })).toEqual(['space_full', 'verified'])
  })

  it('says why nothing is proven', () => {
    expect(whyUnproven(status({ last_success_at: null }))).toBe('never')
    expect(whyUnproven(status({ unsent_photos: 1, differing: [{ unit, documents: 1, first: [] }] }))).toBe('unsent')
    expect(whyUnproven(status({ differing: [{ unit, documents: 1, first: [] }] }))).toBe('differing')
    expect(whyUnproven(status({ refused: [{ site: null, site_name: null, reason: 'role', comment: '' }] }))).toBe('refused')
    expect(whyUnproven(status({}))).toBe('waiting')
  })

  it('knows a first sync from later ones', () => {
    expect(isFirst(status({ phase: 'records', last_success_at: null }))).toBe(true)
    expect(isFirst(status({ phase: 'records' }))).toBe(false)
    expect(isFirst(status({ last_success_at: null }))).toBe(false)
  })
})
