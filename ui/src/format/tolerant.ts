// Reads JSON that another version may have written, or that is damaged: what fits is kept, the rest is left out.
import type { Datum } from '@/wire/Datum'
import type { LatLon } from '@/wire/LatLon'
import type { Position } from '@/wire/Position'
import type { Provider } from '@/wire/Provider'
import { type Converted, emptyPlace, type PlaceInput } from './place-input'

export type Loose = Record<string, unknown>

export function looseObject(text: string): Loose {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return {}
  }
}

export function asObject(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {}
}

export const asText = (value: unknown): string => (typeof value === 'string' ? value : '')

export function asWord<T extends string>(value: unknown, words: readonly T[]): T | null {
  return words.find((word) => word === value) ?? null
}

export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const asId = (value: unknown): string | null => (typeof value === 'string' && UUID.test(value) ? value : null)

const DATUMS: Datum[] = ['wgs84', 'gcj02']
const PROVIDERS: Provider[] = ['gps', 'network', 'platform', 'typed', 'map', 'photo', 'import']

const asNumber = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

function asLatLon(value: unknown): LatLon | null {
  const at = asObject(value)
  const latitude = asNumber(at['latitude'])
  const longitude = asNumber(at['longitude'])
  if (latitude === null || longitude === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null
  return { latitude, longitude }
}

export function asPosition(value: unknown): Position | null {
  const position = asObject(value)
  const place = asLatLon(position['place'])
  if (place === null) return null
  return {
    place,
    accuracy_m: asNumber(position['accuracy_m']),
    fixed_at: typeof position['fixed_at'] === 'string' ? position['fixed_at'] : null,
    provider: asWord(position['provider'], PROVIDERS) ?? 'platform',
    mock: position['mock'] === true,
  }
}

function asConverted(value: unknown): Converted | null {
  const converted = asObject(value)
  const place = asLatLon(converted['place'])
  return place && { latitude: asText(converted['latitude']), longitude: asText(converted['longitude']), place }
}

export function asPlace(value: unknown): PlaceInput {
  const place = asObject(value)
  return {
    ...emptyPlace(),
    latitude: asText(place['latitude']),
    longitude: asText(place['longitude']),
    datum: asWord(place['datum'], DATUMS) ?? 'wgs84',
    converted: asConverted(place['converted']),
    fix: asPosition(place['fix']),
    clockAheadS: asNumber(place['clockAheadS']),
  }
}
