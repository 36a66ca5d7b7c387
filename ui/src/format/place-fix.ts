import type { Position } from '@/wire/Position'
import { distanceM } from './place'

/** After this a fix says little about where somebody stands now. */
const KEPT_FOR_MS = 10 * 60_000

/** Whether a fix that just came takes the place of one that stands: a worse one of the same place does not. */
export function takesPlaceOf(fresh: Position, standing: Position | null, now: number): boolean {
  if (standing === null || standing.accuracy_m === null || standing.fixed_at === null) return true
  if (now - Date.parse(standing.fixed_at) > KEPT_FOR_MS) return true
  if (fresh.accuracy_m === null) return false
  if (fresh.accuracy_m <= standing.accuracy_m) return true
  // Both can be right only where their circles meet; otherwise somebody walked on.
  return distanceM(standing.place, fresh.place) > standing.accuracy_m + fresh.accuracy_m
}
