import MVT from 'ol/format/MVT'
import type ImageTile from 'ol/ImageTile'
import type BaseLayer from 'ol/layer/Base'
import TileLayer from 'ol/layer/Tile'
import VectorTileLayer from 'ol/layer/VectorTile'
import TileImage from 'ol/source/TileImage'
import VectorTileSource from 'ol/source/VectorTile'
import type Tile from 'ol/Tile'
import TileState from 'ol/TileState'
import { createXYZ } from 'ol/tilegrid'
import type VectorTile from 'ol/VectorTile'
import { FetchSource, PMTiles } from 'pmtiles'
import { host } from '@/host'
import type { TileArchive } from '@/wire/TileArchive'
import { extentOf } from './ground'
import type { Palette } from './palette'
import { vectorLook } from './vector-look'

/** Nothing, where the archive has no tile. */
const CLEAR = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='

export interface TileGround {
  layer: BaseLayer
  /** Whose tiles they are, as the archive says; empty where it does not. */
  credit: string
}

type Fetch = (z: number, x: number, y: number) => Promise<ArrayBuffer | null>

/** The number of a tile as its address, which is all that OpenLayers hands over. */
const addressOf = ([z, x, y]: number[]): string => `${z}/${x}/${y}`

function bytesAt(url: string, fetch: Fetch): Promise<ArrayBuffer | null> {
  const [z = 0, x = 0, y = 0] = url.split('/').map(Number)
  return fetch(z, x, y)
}

function rasterLayer(archive: TileArchive, fetch: Fetch): BaseLayer {
  const source = new TileImage({
    tileGrid: createXYZ({ minZoom: archive.min_zoom, maxZoom: archive.max_zoom }),
    tileUrlFunction: addressOf,
    tileLoadFunction: (tile: Tile, url: string) => {
      const image = (tile as ImageTile).getImage() as HTMLImageElement
      bytesAt(url, fetch)
        .then((bytes) => {
          if (bytes === null) {
            image.src = CLEAR
            return
          }
          const address = URL.createObjectURL(new Blob([bytes], { type: `image/${archive.tile_type}` }))
          const free = (): void => URL.revokeObjectURL(address)
          image.addEventListener('load', free, { once: true })
          image.addEventListener('error', free, { once: true })
          image.src = address
        })
        .catch(() => tile.setState(TileState.ERROR))
    },
  })
  return new TileLayer({ source })
}

function vectorLayer(archive: TileArchive, fetch: Fetch, palette: () => Palette): BaseLayer {
  const format = new MVT()
  const source = new VectorTileSource({
    format,
    tileGrid: createXYZ({ minZoom: archive.min_zoom, maxZoom: archive.max_zoom, tileSize: 512 }),
    tileUrlFunction: addressOf,
    tileLoadFunction: (tile: Tile, url: string) => {
      const vector = tile as VectorTile<ReturnType<MVT['readFeatures']>[number]>
      vector.setLoader((extent, _resolution, featureProjection) => {
        bytesAt(url, fetch)
          .then((bytes) => vector.setFeatures(bytes === null ? [] : format.readFeatures(bytes, { extent, featureProjection })))
          .catch(() => vector.setState(TileState.ERROR))
      })
    },
  })
  return new VectorTileLayer({ source, declutter: true, style: vectorLook(palette) })
}

/** Without what a stranger's archive might have marked up. */
function plain(markup: string): string {
  const { body } = new DOMParser().parseFromString(markup, 'text/html')
  return (body.textContent ?? '').trim().slice(0, 200)
}

/** The ground that an archive gives. Tiles are read piece by piece from where the archive is kept, and nowhere else. */
export async function tileGround(archive: TileArchive, palette: () => Palette): Promise<TileGround> {
  const tiles = new PMTiles(new FetchSource(host.tilesUrl(archive.version)))
  // It fails here rather than once for each tile.
  await tiles.getHeader()
  const metadata = (await tiles.getMetadata().catch(() => null)) as { attribution?: unknown } | null
  const fetch: Fetch = async (z, x, y) => (await tiles.getZxy(z, x, y))?.data ?? null
  const layer = archive.tile_type === 'mvt' ? vectorLayer(archive, fetch, palette) : rasterLayer(archive, fetch)
  layer.setExtent(extentOf(archive.bounds))
  layer.setZIndex(0)
  return { layer, credit: typeof metadata?.attribution === 'string' ? plain(metadata.attribution) : '' }
}
