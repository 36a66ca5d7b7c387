import type { PhotoReceipt } from '@/wire/PhotoReceipt'
import type { SiteReceipts } from '@/wire/SiteReceipts'
import type { SyncReceipt } from '@/wire/SyncReceipt'

/** From the least sure to the surest. */
export const RECEIPTS: readonly SyncReceipt[] = ['on_device', 'sent', 'stored', 'verified']

/** The shape of each. */
export const SHAPE_OF = { on_device: 'device', sent: 'sent', stored: 'stored', verified: 'verified' } as const satisfies Record<SyncReceipt, string>

/** How sure it is of a record while so many of its changes wait: what was read before they were made says nothing of them. */
export const recordReceipt = ({ record }: SiteReceipts, unsentChanges: number): SyncReceipt => (unsentChanges > 0 ? 'on_device' : record)

/** How many photos stand where, without those of which there are none. */
export function photoCounts(photos: readonly PhotoReceipt[]): { receipt: SyncReceipt; sum: number }[] {
  return RECEIPTS.map((receipt) => ({ receipt, sum: photos.filter((photo) => photo.receipt === receipt).length })).filter(({ sum }) => sum > 0)
}
