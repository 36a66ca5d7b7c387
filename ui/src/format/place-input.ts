import type { Position } from '@/wire/Position'
import { parseDegrees } from './place'

/** A position as a form holds it: what was typed, and the fix that filled it in, if one did. */
export interface PlaceInput {
  latitude: string
  longitude: string
  fix: Position | null
}

export const emptyPlace = (): PlaceInput => ({ latitude: '', longitude: '', fix: null })

const written = (degrees: number): string => degrees.toFixed(6)

export function fixedPlace(fix: Position): PlaceInput {
  return { latitude: written(fix.place.latitude), longitude: written(fix.place.longitude), fix }
}

export function latitudeWrong(input: PlaceInput): boolean {
  return input.latitude.trim() === '' ? input.longitude.trim() !== '' : parseDegrees(input.latitude, 90) === null
}

export function longitudeWrong(input: PlaceInput): boolean {
  return input.longitude.trim() === '' ? input.latitude.trim() !== '' : parseDegrees(input.longitude, 180) === null
}

/** The fix as long as nobody typed over it, else what was typed. */
export function positionOf(input: PlaceInput): Position | null {
  const { fix } = input
  if (fix && input.latitude === written(fix.place.latitude) && input.longitude === written(fix.place.longitude)) {
    return fix
  }
  const latitude = parseDegrees(input.latitude, 90)
  const longitude = parseDegrees(input.longitude, 180)
  if (latitude === null || longitude === null) return null
  return { place: { latitude, longitude }, accuracy_m: null, fixed_at: null, provider: 'typed', mock: false }
}
