import { describe, expect, it } from 'vitest'
import { en, zh } from '@/i18n/messages'
import type { SiteReceipts } from '@/wire/SiteReceipts'
import { photoCounts, RECEIPTS, recordReceipt, SHAPE_OF } from './receipt'

const receipts = (part: Partial<SiteReceipts>): SiteReceipts => ({ record: 'verified', verified_at: '2026-11-21T09:32:05Z', photos: [], ...part })

describe('how sure it is that the office has something', () => {
  it('has one shape and one word each', () => {
    expect(new Set(Object.values(SHAPE_OF)).size).toBe(RECEIPTS.length)
    for (const messages of [zh, en]) {
      const words = RECEIPTS.map((receipt) => messages.receipt.photo[receipt])
      expect(new Set(words).size).toBe(RECEIPTS.length)
    }
  })

  it('is not taken from before the last change', () => {
    expect(recordReceipt(receipts({}), 0)).toBe('verified')
    expect(recordReceipt(receipts({}), 1)).toBe('on_device')
    expect(recordReceipt(receipts({ record: 'sent' }), 0)).toBe('sent')
  })

  it('counts photos, the least sure first', () => {
    const photos = (['verified', 'on_device', 'verified'] as const).map((receipt, at) => ({ hash: String(at), receipt }))
    expect(photoCounts(photos)).toEqual([
      { receipt: 'on_device', sum: 1 },
      { receipt: 'verified', sum: 2 },
    ])
    expect(photoCounts([])).toEqual([])
  })
})
