/** Below this a device may not hold the photos of another day, in bytes. */
const LOW_BYTES = 500_000_000

export const DAYS = { d0: 0, d7: 7, d30: 30, d90: 90 } as const
export type Age = keyof typeof DAYS
export const AGES = Object.keys(DAYS) as Age[]

/** Whether so few bytes are free that a person must hear of it; not where the platform does not tell. */
export function isLow(freeBytes: number | null): boolean {
  return freeBytes !== null && freeBytes < LOW_BYTES
}
