import GeoJSON from 'ol/format/GeoJSON'
import { boundingExtent, createEmpty, extend, isEmpty } from 'ol/extent'
import { call } from '@/host'
import { emptyFilter } from '@/screens/sites/filter-query'
import type { MapBounds } from '@/wire/MapBounds'
import { worldBounds } from './bounds'
import { MOST_SITES, MOST_VILLAGES } from './survey-map'

const geojson = new GeoJSON()

/**
 * Where a village or town lies: its outlines, or else the sites in it that have a position. Null where there are
 * neither. `extent` is the part of the map that holds all that is known.
 */
export async function boundsOfUnit(code: string, extent: MapBounds | null): Promise<MapBounds | null> {
  const within = extent ?? worldBounds()
  const all = createEmpty()
  for (const { unit, geometry } of await call('map.villages', { bounds: within, limit: MOST_VILLAGES })) {
    const shape = unit.code.startsWith(code) ? geojson.readGeometry(geometry) : null
    if (shape !== null) extend(all, shape.getExtent())
  }
  if (isEmpty(all)) {
    const { sites } = await call('map.sites', { filter: { ...emptyFilter(), grid: code }, bounds: within, limit: MOST_SITES })
    extend(all, boundingExtent(sites.map(({ place }) => [place.longitude, place.latitude])))
  }
  const [west = 0, south = 0, east = 0, north = 0] = all
  return Number.isFinite(west) ? { west, south, east, north } : null
}
