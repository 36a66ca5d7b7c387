import type { LatLon } from '@/wire/LatLon'
import type { MapBounds } from '@/wire/MapBounds'

/** Where the square of the web map ends. */
const NORTHMOST = 85.05

export const worldBounds = (): MapBounds => ({ west: -180, south: -NORTHMOST, east: 180, north: NORTHMOST })

export function contains(outer: MapBounds, inner: MapBounds): boolean {
  return outer.west <= inner.west && outer.south <= inner.south && outer.east >= inner.east && outer.north >= inner.north
}

export function holds({ west, south, east, north }: MapBounds, { latitude, longitude }: LatLon): boolean {
  return longitude >= west && longitude <= east && latitude >= south && latitude <= north
}

/** Wider on each side by a share of its size, and on the map still. */
export function padded({ west, south, east, north }: MapBounds, share: number): MapBounds {
  const across = (east - west) * share
  const up = (north - south) * share
  return clamped({ west: west - across, south: south - up, east: east + across, north: north + up })
}

export function clamped({ west, south, east, north }: MapBounds): MapBounds {
  const world = worldBounds()
  return {
    west: Math.min(Math.max(west, world.west), world.east),
    south: Math.min(Math.max(south, world.south), world.north),
    east: Math.max(Math.min(east, world.east), world.west),
    north: Math.max(Math.min(north, world.north), world.south),
  }
}

/** The smallest part of the map that holds all places; null where there are none. */
export function around(places: readonly LatLon[]): MapBounds | null {
  const [first] = places
  if (!first) return null
  const bounds: MapBounds = { west: first.longitude, east: first.longitude, south: first.latitude, north: first.latitude }
  for (const { latitude, longitude } of places) {
    bounds.west = Math.min(bounds.west, longitude)
    bounds.east = Math.max(bounds.east, longitude)
    bounds.south = Math.min(bounds.south, latitude)
    bounds.north = Math.max(bounds.north, latitude)
  }
  return bounds
}

export function centreOf({ west, south, east, north }: MapBounds): LatLon {
  return { latitude: (south + north) / 2, longitude: (west + east) / 2 }
}
