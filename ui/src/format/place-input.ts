import type { Datum } from '@/wire/Datum'
import type { LatLon } from '@/wire/LatLon'
import type { Position } from '@/wire/Position'
import { parseDegrees } from './place'

/** What was typed in another datum, and the place in WGS-84 that it stands for. */
export interface Converted {
  latitude: string
  longitude: string
  place: LatLon
}

/** A position as a form holds it: what was typed, and the fix that filled it in, if one did. */
export interface PlaceInput {
  latitude: string
  longitude: string
  /** What the typed figures are measured in. What a fix filled in is WGS-84. */
  datum: Datum
  /** What the typed figures were converted to, where they are not WGS-84. */
  converted: Converted | null
  /** A fix of the device, or a place that was picked on the map. */
  fix: Position | null
  /** By how many seconds the device's clock was ahead of the fix when it came, if that is known. */
  clockAheadS: number | null
}

export const emptyPlace = (): PlaceInput => ({
  latitude: '',
  longitude: '',
  datum: 'wgs84',
  converted: null,
  fix: null,
  clockAheadS: null,
})

const written = (degrees: number): string => degrees.toFixed(6)

export function fixedPlace(fix: Position, clockAheadS: number | null = null): PlaceInput {
  const { latitude, longitude } = fix.place
  return { ...emptyPlace(), latitude: written(latitude), longitude: written(longitude), fix, clockAheadS }
}

/** What a person pointed at on the map; marked as such for good. */
export function pickedPlace(place: LatLon): PlaceInput {
  return fixedPlace({ place, accuracy_m: null, fixed_at: null, provider: 'map', mock: false })
}

export function latitudeWrong(input: PlaceInput): boolean {
  return input.latitude.trim() === '' ? input.longitude.trim() !== '' : parseDegrees(input.latitude, 90) === null
}

export function longitudeWrong(input: PlaceInput): boolean {
  return input.longitude.trim() === '' ? input.latitude.trim() !== '' : parseDegrees(input.longitude, 180) === null
}

/** What was typed as a place in the datum that it was typed in. */
export function typedPlace(input: PlaceInput): LatLon | null {
  const latitude = parseDegrees(input.latitude, 90)
  const longitude = parseDegrees(input.longitude, 180)
  return latitude === null || longitude === null ? null : { latitude, longitude }
}

/** Whether the fix stands as it came: nobody typed over it. */
export function fixStands({ fix, datum, latitude, longitude }: PlaceInput): boolean {
  return fix !== null && datum === 'wgs84' && latitude === written(fix.place.latitude) && longitude === written(fix.place.longitude)
}

/** What the typed figures stand for in WGS-84; null until they are converted. */
function inWgs84(input: PlaceInput): LatLon | null {
  if (input.datum === 'wgs84') return typedPlace(input)
  const { converted, latitude, longitude } = input
  return converted && converted.latitude === latitude && converted.longitude === longitude ? converted.place : null
}

/** Whether figures of another datum were typed and are not converted yet. */
export function unconverted(input: PlaceInput): boolean {
  return typedPlace(input) !== null && inWgs84(input) === null
}

/** The fix as long as nobody typed over it, else what was typed. */
export function positionOf(input: PlaceInput): Position | null {
  if (fixStands(input)) return input.fix
  const place = inWgs84(input)
  return place && { place, accuracy_m: null, fixed_at: null, provider: 'typed', mock: false }
}

/** What the device's clock was ahead of the position's, if the position is a fix of this device. */
export function fixClockAheadS(input: PlaceInput): number | null {
  return fixStands(input) ? input.clockAheadS : null
}
