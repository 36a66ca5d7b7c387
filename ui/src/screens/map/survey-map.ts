import type OlMap from 'ol/Map'
import { onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import { lastPlace } from '@/composables/locate'
import { call } from '@/host'
import { useSync } from '@/stores/sync'
import type { LatLon } from '@/wire/LatLon'
import type { MapBounds } from '@/wire/MapBounds'
import type { MapExtent } from '@/wire/MapExtent'
import type { MapSite } from '@/wire/MapSite'
import type { SiteFilter } from '@/wire/SiteFilter'
import type { TileArchive } from '@/wire/TileArchive'
import { boundsOf, fit, openMap, placeOf } from './ground'
import { useInView } from './in-view'
import { SiteLayer, VillageLayer } from './layers'
import { type Palette, usePalette } from './palette'
import { tileGround } from './tile-layer'

/** As many marks as the command gives at most; what is left out is said. */
export const MOST_SITES = 5000
export const MOST_VILLAGES = 1000

interface Start {
  centre: LatLon
  zoom: number
}

/** Somewhere to stand before anything is known: the middle of China. */
const NOWHERE: Start = { centre: { latitude: 35, longitude: 105 }, zoom: 4 }

/** The map that screens share: tiles where there are any, outlines of villages, and sites. */
export function useSurveyMap(target: Ref<HTMLElement | null>, filter: () => SiteFilter, start: () => Start | null) {
  const palette = usePalette()
  const sync = useSync()
  const map = shallowRef<OlMap | null>(null)
  /** What is in view. */
  const bounds = shallowRef<MapBounds | null>(null)
  const extent = shallowRef<MapExtent | null>(null)
  const archive = shallowRef<TileArchive | null>(null)
  const credit = ref('')
  const tilesError = ref<unknown>(null)
  const startError = ref<unknown>(null)

  const colours = (): Palette => palette.value
  const villageLayer = new VillageLayer(colours, () => archive.value !== null && tilesError.value === null)
  const siteLayer = new SiteLayer(colours)

  const villages = useInView(async (within) => {
    const value = await call('map.villages', { bounds: within, limit: MOST_VILLAGES })
    return { value, complete: value.length < MOST_VILLAGES }
  })
  const sites = useInView(async (within) => {
    const value = await call('map.sites', { filter: filter(), bounds: within, limit: MOST_SITES })
    return { value, complete: value.sites.length >= value.total }
  })
  watch(villages.value, (shown) => villageLayer.show(shown ?? []))
  watch(sites.value, (shown) => siteLayer.show(shown?.sites ?? []))
  watch(palette, () => map.value?.getLayers().forEach((layer) => layer.changed()))

  function moved(): void {
    const size = map.value?.getSize()
    if (!map.value || !size || size.some((side) => side === 0)) return
    const seen = boundsOf(map.value.getView().calculateExtent(size))
    bounds.value = seen
    villages.show(seen)
    sites.show(seen)
  }

  async function loadTiles(): Promise<void> {
    try {
      const found = await call('tiles.get', {})
      if (!found) return
      const ground = await tileGround(found, colours)
      archive.value = found
      credit.value = ground.credit
      map.value?.addLayer(ground.layer)
      villageLayer.layer.changed()
    } catch (cause) {
      // Without tiles the map is what it was before: outlines and marks.
      tilesError.value = cause
    }
  }

  async function loadExtent(): Promise<void> {
    startError.value = null
    try {
      extent.value = await call('map.extent', {})
    } catch (cause) {
      startError.value = cause
    }
  }

  function showAll(): void {
    const all = extent.value?.bounds
    if (map.value && all) fit(map.value, all)
  }

  onMounted(async () => {
    if (!target.value) return
    const wanted = start() ?? (lastPlace.value ? { centre: lastPlace.value, zoom: 15 } : null)
    const { centre, zoom } = wanted ?? NOWHERE
    const opened = openMap(target.value, centre, zoom)
    opened.addLayer(villageLayer.layer)
    opened.addLayer(siteLayer.layer)
    map.value = opened
    await loadExtent()
    const all = extent.value?.bounds
    if (wanted === null && all) fit(opened, all, 0)
    // From here on: what lies around a place that nobody asked for need not be read.
    opened.on('moveend', moved)
    moved()
    void loadTiles()
  })
  onBeforeUnmount(() => {
    map.value?.setTarget(undefined)
    map.value?.dispose()
    map.value = null
  })

  function renew(): void {
    void loadExtent()
    villages.renew()
    sites.renew()
  }
  watch(() => sync.ended, renew)
  watch(() => JSON.stringify(filter()), sites.renew)

  const centre = (): LatLon | null => {
    const at = map.value?.getView().getCenter()
    return at ? placeOf(at) : null
  }
  const zoomBy = (step: number): void => {
    const view = map.value?.getView()
    view?.animate({ zoom: (view.getZoom() ?? 0) + step, duration: 150 })
  }
  const choose = (chosen: readonly MapSite[]): void => siteLayer.choose(chosen.map(({ id }) => id))

  return { map, palette, bounds, extent, archive, credit, tilesError, startError, villages, sites, siteLayer, villageLayer, showAll, renew, centre, zoomBy, choose, loadExtent }
}
