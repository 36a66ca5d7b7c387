import type { DeviceInfo } from '@/wire/DeviceInfo'

/** A device that was not heard of for so many days stands out. */
export const STALE_DAYS = 7
const DAY_MS = 24 * 3_600_000

/** The parts of a device's standing that need no screen. */
type Heard = Pick<DeviceInfo, 'state' | 'added_at' | 'last_sync_at' | 'pending_changes' | 'pending_photos' | 'missing_photos'>

/** For how many whole days a device in use has not synced, or since it was enrolled; `null` while that is no matter. */
export function staleDays({ state, added_at, last_sync_at }: Heard, now: number): number | null {
  if (state !== 'active') return null
  const days = Math.floor((now - Date.parse(last_sync_at ?? added_at)) / DAY_MS)
  return days >= STALE_DAYS ? days : null
}

export const isPending = ({ pending_changes, pending_photos }: Heard): boolean => pending_changes > 0 || pending_photos > 0

/** Whether it stands out. What lies on a device that was erased is gone. */
export const standsOut = (device: Heard, now: number): boolean => staleDays(device, now) !== null || (device.state !== 'erased' && isPending(device))

export type Group = 'in_use' | 'revoked'

export const groupOf = ({ state }: Pick<DeviceInfo, 'state'>): Group => (state === 'active' ? 'in_use' : 'revoked')

/** Those that stand out first, otherwise in the order of the office. */
export function ordered<T extends Heard>(devices: readonly T[], now: number): T[] {
  return [...devices.filter((device) => standsOut(device, now)), ...devices.filter((device) => !standsOut(device, now))]
}
