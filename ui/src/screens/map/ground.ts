import Map from 'ol/Map'
import View from 'ol/View'
import ScaleLine from 'ol/control/ScaleLine'
import { defaults as interactions } from 'ol/interaction/defaults'
import { fromLonLat, toLonLat, transformExtent } from 'ol/proj'
import type { Coordinate } from 'ol/coordinate'
import type { Extent } from 'ol/extent'
import type { LatLon } from '@/wire/LatLon'
import type { MapBounds } from '@/wire/MapBounds'
import { clamped } from './bounds'

/** A doorstep fills the screen. */
export const MAX_ZOOM = 20
const MIN_ZOOM = 3
/** A lone site is not shown closer than this: its surroundings say where it is. */
export const NEAR_ZOOM = 17
/** Close enough that a site mostly stands apart from its neighbours. */
export const SITE_ZOOM = 18.5
export const MOVE_MS = 250

export const coordinateOf = ({ latitude, longitude }: LatLon): Coordinate => fromLonLat([longitude, latitude])

export function placeOf(coordinate: Coordinate): LatLon {
  const [longitude = 0, latitude = 0] = toLonLat(coordinate)
  return { latitude, longitude }
}

export function extentOf(bounds: MapBounds): Extent {
  const { west, south, east, north } = clamped(bounds)
  return transformExtent([west, south, east, north], 'EPSG:4326', 'EPSG:3857')
}

export function boundsOf(extent: Extent): MapBounds {
  const [west = 0, south = 0, east = 0, north = 0] = transformExtent(extent, 'EPSG:3857', 'EPSG:4326')
  return clamped({ west, south, east, north })
}

/** A map with north up on plain ground. It reads keys while its element has the focus. */
export function openMap(target: HTMLElement, centre: LatLon, zoom: number): Map {
  return new Map({
    target,
    layers: [],
    controls: [new ScaleLine({ units: 'metric', minWidth: 72 })],
    interactions: interactions({ altShiftDragRotate: false, pinchRotate: false }),
    view: new View({
      center: coordinateOf(centre),
      zoom,
      minZoom: MIN_ZOOM,
      maxZoom: MAX_ZOOM,
      enableRotation: false,
      multiWorld: false,
      constrainResolution: false,
    }),
  })
}

/** Whether to move in steps that can be seen. */
const still = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches
export const moveMs = (): number => (still() ? 0 : MOVE_MS)

export function goTo(map: Map, place: LatLon, zoom: number): void {
  map.getView().animate({ center: coordinateOf(place), zoom: Math.min(zoom, MAX_ZOOM), duration: moveMs() })
}

export function fit(map: Map, bounds: MapBounds, duration = moveMs()): void {
  map.getView().fit(extentOf(bounds), { padding: [48, 48, 48, 48], maxZoom: NEAR_ZOOM, duration })
}
