import type OlMap from 'ol/Map'
import type { FeatureLike } from 'ol/Feature'
import type { GridUnit } from '@/wire/GridUnit'
import type { MapPhoto } from '@/wire/MapPhoto'
import type { MapSite } from '@/wire/MapSite'
import { around } from './bounds'
import { extentOf, fit, MAX_ZOOM } from './ground'
import { type PhotoLayer, photoOf, type SiteLayer, sitesIn, type VillageLayer } from './layers'

/** A thumb covers more than a mark, in pixels. */
const THUMB_PX = 10
/** Sites that stay nearer than this to each other at the closest zoom are listed, in pixels. */
const APART_PX = 44

interface Pressed {
  sites: (sites: MapSite[]) => void
  village: (village: GridUnit) => void
  photo: (photo: MapPhoto) => void
  nothing: () => void
}

/** Whether the closest zoom draws them apart. */
function canPart(map: OlMap, sites: readonly MapSite[]): boolean {
  const bounds = around(sites.map(({ place }) => place))
  if (!bounds) return false
  const [west = 0, south = 0, east = 0, north = 0] = extentOf(bounds)
  const closest = map.getView().getResolutionForZoom(MAX_ZOOM - 1)
  return Math.max(east - west, north - south) / closest > APART_PX
}

/** Tells what was pressed on a map: sites before photos, photos before villages. */
export function usePress(pressed: Pressed) {
  return (map: OlMap, sites: SiteLayer, photos: PhotoLayer, villages: VillageLayer): void => {
    map.on('singleclick', ({ pixel }) => {
      const at = (layer: unknown, hitTolerance = 0): FeatureLike | undefined =>
        map.forEachFeatureAtPixel(pixel, (feature) => feature, { hitTolerance, layerFilter: (one) => one === layer })

      const mark = at(sites.layer, THUMB_PX)
      if (mark) {
        const found = sitesIn(mark)
        const bounds = around(found.map(({ place }) => place))
        if (found.length > 1 && bounds && canPart(map, found)) fit(map, bounds)
        else pressed.sites(found)
        return
      }
      const taken = at(photos.layer, THUMB_PX)
      const photo = taken && photoOf(taken)
      if (photo) return pressed.photo(photo)
      const unit = at(villages.layer)?.get('unit') as GridUnit | undefined
      if (unit) return pressed.village(unit)
      pressed.nothing()
    })
    map.on('pointermove', ({ pixel, dragging }) => {
      if (dragging) return
      const over = map.hasFeatureAtPixel(pixel, { hitTolerance: 2, layerFilter: (one) => one === sites.layer || one === photos.layer })
      const element = map.getTargetElement()
      if (element) element.style.cursor = over ? 'pointer' : ''
    })
  }
}
