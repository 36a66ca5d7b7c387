import type { LatLon } from '@/wire/LatLon'
import type { Position } from '@/wire/Position'
import { count } from './number'

const EARTH_RADIUS_M = 6_371_009

const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Metres along a great circle. */
export function distanceM(from: LatLon, to: LatLon): number {
  const latitude = radians(to.latitude - from.latitude)
  const longitude = radians(to.longitude - from.longitude)
  const a =
    Math.sin(latitude / 2) ** 2 +
    Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.sin(longitude / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(a)))
}

/** `35 m`, `1.2 km`, `9,350 km` */
export function distance(metres: number): string {
  if (metres < 1000) return `${Math.round(metres)} m`
  return metres < 100_000 ? `${(metres / 1000).toFixed(1)} km` : `${count(Math.round(metres / 1000))} km`
}

/** `24.660101, 118.090452`: a tenth of a metre. */
export function place(at: LatLon): string {
  return `${at.latitude.toFixed(6)}, ${at.longitude.toFixed(6)}`
}

/** A degree as typed, full-width digits included, or `null` where it is no number within the limit. */
export function parseDegrees(text: string, limit: 90 | 180): number | null {
  const plain = text.normalize('NFKC').trim().replace(/。/g, '.')
  if (!/^[+-]?\d{1,3}(\.\d+)?$/.test(plain)) return null
  const degrees = Number(plain)
  return Math.abs(degrees) <= limit ? degrees : null
}

/** A position that stands in a text field of a document. */
export function parsePosition(text: string): Position | null {
  try {
    const value = JSON.parse(text) as Partial<Position> | null
    const at = value?.place
    return at && Number.isFinite(at.latitude) && Number.isFinite(at.longitude) ? (value as Position) : null
  } catch {
    return null
  }
}
