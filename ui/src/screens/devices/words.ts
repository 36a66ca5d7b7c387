import { bytes, count } from '@/format/number'
import type { DeviceInfo } from '@/wire/DeviceInfo'

interface Words {
  t(key: string, named?: Record<string, unknown>): string
  plural(key: string, sum: number, named?: Record<string, unknown>): string
}

/** `3 条记录、2 张照片`; empty where all was sent. */
export function pendingWords({ pending_changes, pending_photos }: Pick<DeviceInfo, 'pending_changes' | 'pending_photos'>, { t, plural }: Words): string {
  return [
    ...(pending_changes > 0 ? [plural('devices.pending_changes', pending_changes)] : []),
    ...(pending_photos > 0 ? [plural('devices.pending_photos', pending_photos)] : []),
  ].join(t('common.separator'))
}

/** Whether the device ever said how it stands. */
export const hasReported = ({ version, last_sync_at }: Pick<DeviceInfo, 'version' | 'last_sync_at'>): boolean => version !== '' || last_sync_at !== null

/** Nothing is a figure only where the device said so. */
export const figure = (device: DeviceInfo, value: number, { t }: Words): string => (hasReported(device) ? count(value) : t('devices.unknown'))

export const size = (device: DeviceInfo, value: number | null, { t }: Words): string => (value !== null && hasReported(device) ? bytes(value) : t('devices.unknown'))
