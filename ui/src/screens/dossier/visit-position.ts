import { distanceM } from '@/format/place'
import type { LatLon } from '@/wire/LatLon'
import type { PhotoView } from '@/wire/PhotoView'

/** From here on a place is said to be far from the site, as `domain` has it. */
export const FAR_M = 200

export interface PhotoDistances {
  /** How many photos carry a position. */
  count: number
  /** Metres from the site; null where nobody knows where that stands. */
  nearest: number | null
  farthest: number | null
}

/** How far from the site the photos of a visit were taken; null where none carries a position. */
export function photoDistances(photos: readonly PhotoView[], site: LatLon | null): PhotoDistances | null {
  const places = photos.flatMap(({ photo }) => (photo.position ? [photo.position.place] : []))
  if (places.length === 0) return null
  if (site === null) return { count: places.length, nearest: null, farthest: null }
  const distances = places.map((place) => distanceM(site, place))
  return { count: places.length, nearest: Math.min(...distances), farthest: Math.max(...distances) }
}
