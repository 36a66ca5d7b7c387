import Feature, { type FeatureLike } from 'ol/Feature'
import GeoJSON from 'ol/format/GeoJSON'
import type Geometry from 'ol/geom/Geometry'
import MultiPolygon from 'ol/geom/MultiPolygon'
import Point from 'ol/geom/Point'
import Polygon, { circular } from 'ol/geom/Polygon'
import VectorLayer from 'ol/layer/Vector'
import Cluster from 'ol/source/Cluster'
import VectorSource from 'ol/source/Vector'
import Fill from 'ol/style/Fill'
import Stroke from 'ol/style/Stroke'
import Style from 'ol/style/Style'
import Text from 'ol/style/Text'
import type { GridUnit } from '@/wire/GridUnit'
import type { LatLon } from '@/wire/LatLon'
import type { MapPhoto } from '@/wire/MapPhoto'
import type { MapSite } from '@/wire/MapSite'
import type { Position } from '@/wire/Position'
import type { VillageOutline } from '@/wire/VillageOutline'
import { clusterLook, lookOf } from './figures'
import { coordinateOf } from './ground'
import { clusterIcon, hereIcon, photoIcon, siteIcon } from './icons'
import type { Palette } from './palette'

/** Marks that come nearer than this to each other on the screen are counted together, in pixels. */
const CLUSTER_PX = 44
/** Names of villages appear from this resolution on, in metres a pixel: before, marks would cover them. */
const NAMES_M = 20

const geojson = new GeoJSON({ dataProjection: 'EPSG:4326', featureProjection: 'EPSG:3857' })

/** Outlines of villages with their names, beneath everything that can be pressed. */
export class VillageLayer {
  private readonly source = new VectorSource<Feature<Geometry>>()
  readonly layer: VectorLayer<VectorSource<Feature<Geometry>>>

  constructor(palette: () => Palette, onTiles: () => boolean) {
    this.layer = new VectorLayer({
      source: this.source,
      declutter: true,
      zIndex: 1,
      style: (feature, resolution) => {
        const { ink, quiet, paper, font, weight } = palette()
        const tiles = onTiles()
        const styles = [
          new Style({
            // Without a fill a village could be pressed on its line only.
            fill: new Fill({ color: tiles ? 'rgba(0,0,0,0.001)' : paper }),
            stroke: new Stroke({ color: tiles ? ink : quiet, width: (tiles ? 1.6 : 1.2) * weight, lineDash: [6, 4] }),
          }),
        ]
        if (resolution < NAMES_M) {
          styles.push(
            new Style({
              geometry: middleOf,
              text: new Text({
                text: (feature.get('unit') as GridUnit).name,
                font: `600 14px ${font}`,
                fill: new Fill({ color: quiet }),
                stroke: new Stroke({ color: paper, width: 3 }),
                overflow: true,
              }),
            }),
          )
        }
        return styles
      },
    })
  }

  /** A geometry that cannot be read is left out: the others are still worth showing. */
  show(villages: readonly VillageOutline[]): void {
    const features = villages.flatMap(({ unit, geometry }) => {
      try {
        const shape = geojson.readGeometry(geometry)
        if (shape === null) return []
        const feature = new Feature(shape)
        feature.set('unit', unit, true)
        return [feature]
      } catch {
        return []
      }
    })
    this.source.clear(true)
    this.source.addFeatures(features)
  }
}

/** A name stands once, in the largest part of a village that has several. */
function middleOf(feature: FeatureLike): Geometry | undefined {
  const geometry = feature.getGeometry()
  if (geometry instanceof Polygon) return geometry.getInteriorPoint()
  if (!(geometry instanceof MultiPolygon)) return undefined
  const [largest] = geometry.getPolygons().sort((a, b) => b.getArea() - a.getArea())
  return largest?.getInteriorPoint()
}

export const sitesIn = (feature: FeatureLike): MapSite[] =>
  ((feature.get('features') ?? []) as Feature[]).map((one) => one.get('site') as MapSite)

/** Sites, counted together where they would cover each other. */
export class SiteLayer {
  private readonly source = new VectorSource<Feature<Point>>()
  readonly layer: VectorLayer
  private chosen = new Set<string>()

  constructor(palette: () => Palette) {
    this.layer = new VectorLayer({
      source: new Cluster({ source: this.source, distance: CLUSTER_PX, minDistance: CLUSTER_PX / 2 }),
      zIndex: 4,
      style: (feature) => {
        const sites = sitesIn(feature)
        const [first] = sites
        if (!first) return undefined
        const chosen = sites.some(({ id }) => this.chosen.has(id))
        const image =
          sites.length === 1
            ? siteIcon(lookOf(first), chosen, palette())
            : clusterIcon(clusterLook(sites), sites.length, chosen, palette())
        return new Style({ image, zIndex: chosen ? 2 : sites.length === 1 ? 0 : 1 })
      },
    })
  }

  show(sites: readonly MapSite[]): void {
    const features = sites.map((site) => {
      const feature = new Feature(new Point(coordinateOf(site.place)))
      feature.set('site', site, true)
      return feature
    })
    this.source.clear(true)
    this.source.addFeatures(features)
  }

  choose(ids: readonly string[]): void {
    this.chosen = new Set(ids)
    this.layer.changed()
  }
}

export const photoOf = (feature: FeatureLike): MapPhoto | undefined => feature.get('photo') as MapPhoto | undefined

/** Where photos were taken, with a tick to where the camera pointed. */
export class PhotoLayer {
  private readonly source = new VectorSource<Feature<Point>>()
  readonly layer: VectorLayer<VectorSource<Feature<Point>>>

  constructor(palette: () => Palette) {
    this.layer = new VectorLayer({
      source: this.source,
      zIndex: 3,
      style: (feature) => {
        const photo = photoOf(feature)
        if (!photo) return undefined
        // A picture of its own for each angle would be too many; a copy is turned.
        const image = photoIcon(photo.direction_deg !== null, photo.present, palette()).clone()
        image.setRotation(((photo.direction_deg ?? 0) * Math.PI) / 180)
        return new Style({ image })
      },
    })
  }

  show(photos: readonly MapPhoto[]): void {
    this.source.clear(true)
    this.source.addFeatures(
      photos.map((photo) => {
        const feature = new Feature(new Point(coordinateOf(photo.place)))
        feature.set('photo', photo, true)
        return feature
      }),
    )
  }
}

/** Where the device is: a dot above all marks, and beneath them the circle of its accuracy. */
export class HereLayer {
  private readonly reach = new VectorSource<Feature<Polygon>>()
  private readonly dot = new VectorSource<Feature<Point>>()
  readonly layers: [VectorLayer<VectorSource<Feature<Polygon>>>, VectorLayer<VectorSource<Feature<Point>>>]

  constructor(palette: () => Palette) {
    this.layers = [
      new VectorLayer({
        source: this.reach,
        zIndex: 2,
        style: () => {
          const { action, weight } = palette()
          return new Style({ fill: new Fill({ color: `${action}26` }), stroke: new Stroke({ color: action, width: 1.5 * weight }) })
        },
      }),
      new VectorLayer({ source: this.dot, zIndex: 5, style: () => new Style({ image: hereIcon(palette()) }) }),
    ]
  }

  show(position: Position | null): void {
    this.reach.clear()
    this.dot.clear()
    if (position === null) return
    const { latitude, longitude } = position.place
    if (position.accuracy_m !== null && position.accuracy_m > 0) {
      const circle = circular([longitude, latitude], position.accuracy_m, 64)
      circle.transform('EPSG:4326', 'EPSG:3857')
      this.reach.addFeature(new Feature(circle))
    }
    this.dot.addFeature(new Feature(new Point(coordinateOf(position.place))))
  }
}

/** A ring around one place. */
export function placeLayer(place: LatLon, palette: () => Palette): VectorLayer<VectorSource<Feature<Point>>> {
  return new VectorLayer({
    source: new VectorSource({ features: [new Feature(new Point(coordinateOf(place)))] }),
    zIndex: 3,
    style: () => new Style({ image: siteIcon({ standing: 'unjudged', days: '', conflict: false }, true, palette()) }),
  })
}
