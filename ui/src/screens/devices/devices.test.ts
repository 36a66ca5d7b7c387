import { describe, expect, it } from 'vitest'
import { groupOf, isPending, ordered, staleDays, standsOut } from './standing'
import { qrShape } from './qr'

const now = Date.parse('2026-11-22T08:00:00Z')
const device = {
  id: 'a',
  state: 'active' as 'active' | 'revoked' | 'erasing' | 'erased',
  added_at: '2026-11-01T08:00:00Z',
  last_sync_at: '2026-11-22T07:00:00Z' as string | null,
  pending_changes: 0,
  pending_photos: 0,
  missing_photos: 0,
}

describe('a device', () => {
  it('is stale after seven days, from its enrolment if it never synced', () => {
    expect(staleDays(device, now)).toBe(null)
    expect(staleDays({ ...device, last_sync_at: '2026-11-15T08:00:01Z' }, now)).toBe(null)
    expect(staleDays({ ...device, last_sync_at: '2026-11-15T08:00:00Z' }, now)).toBe(7)
    expect(staleDays({ ...device, last_sync_at: null }, now)).toBe(21)
    expect(staleDays({ ...device, added_at: '2026-11-22T07:59:00Z', last_sync_at: null }, now)).toBe(null)
  })

  it('is not missed once it was revoked', () => {
    for (const state of ['revoked', 'erasing', 'erased'] as const) {
      expect(staleDays({ ...device, state, last_sync_at: null }, now)).toBe(null)
      expect(groupOf({ state })).toBe('revoked')
    }
    expect(groupOf({ state: 'active' })).toBe('in_use')
  })

  it('stands out with work that was not sent, revoked too, until it is erased', () => {
    expect(isPending({ ...device, pending_photos: 1 })).toBe(true)
    expect(standsOut(device, now)).toBe(false)
    expect(standsOut({ ...device, pending_changes: 2 }, now)).toBe(true)
    expect(standsOut({ ...device, state: 'revoked', pending_changes: 2 }, now)).toBe(true)
    expect(standsOut({ ...device, state: 'erased', pending_changes: 2 }, now)).toBe(false)
  })

  it('comes first in the list when it stands out', () => {
    const devices = [device, { ...device, id: 'b', pending_changes: 1 }, { ...device, id: 'c', last_sync_at: null }]
    expect(ordered(devices, now).map(({ id }) => id)).toEqual(['b', 'c', 'a'])
  })
})

describe('a QR code', () => {
  it('is one path with a quiet zone of four modules', () => {
    const { viewBox, path } = qrShape(['101', '010', '111'])
    expect(viewBox).toBe('-4 -4 11 11')
    expect(path).toBe('M0 0h1v1h-1zM2 0h1v1h-1zM1 1h1v1h-1zM0 2h3v1h-3z')
  })

  it('covers every dark module and no other', () => {
    const side = 33
    const rows = Array.from({ length: side }, (_, y) => Array.from({ length: side }, (_, x) => ((x * 7 + y * 13 + x * y) % 3 === 0 ? '1' : '0')).join(''))
    const drawn = Array.from({ length: side }, () => Array<string>(side).fill('0'))
    for (const [, x, y, width] of qrShape(rows).path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
      drawn[Number(y)]?.fill('1', Number(x), Number(x) + Number(width))
    }
    expect(drawn.map((row) => row.join(''))).toEqual(rows)
  })
})
