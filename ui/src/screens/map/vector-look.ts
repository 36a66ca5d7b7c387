import type { FeatureLike } from 'ol/Feature'
import Fill from 'ol/style/Fill'
import Stroke from 'ol/style/Stroke'
import Style, { type StyleFunction } from 'ol/style/Style'
import Text from 'ol/style/Text'
import type { Palette } from './palette'

/** What a feature of a base map is to whoever reads the marks above it. */
export type Ground = 'water' | 'stream' | 'green' | 'land' | 'building' | 'rail' | 'path' | 'street' | 'road' | 'motorway' | 'border' | 'place'

/** Layers by the names that OpenMapTiles, Protomaps and Shortbread give them. */
const LAYERS: Record<string, Ground> = {
  water: 'water',
  ocean: 'water',
  water_polygons: 'water',
  waterway: 'stream',
  water_lines: 'stream',
  physical_line: 'stream',
  earth: 'land',
  landcover: 'green',
  landuse: 'land',
  land: 'land',
  park: 'green',
  natural: 'green',
  building: 'building',
  buildings: 'building',
  transportation: 'street',
  roads: 'street',
  streets: 'street',
  boundary: 'border',
  boundaries: 'border',
  place: 'place',
  places: 'place',
  place_labels: 'place',
}

const GREEN = /^(wood|forest|grass|grassland|park|farmland|farm|orchard|meadow|scrub|garden|cemetery|nature_reserve|pitch|golf_course|wetland)$/
const ROADS: [RegExp, Ground][] = [
  [/motorway|trunk|highway/, 'motorway'],
  [/primary|secondary|major_road|medium_road/, 'road'],
  [/rail|transit|subway|tram/, 'rail'],
  [/path|track|footway|steps|pedestrian|cycleway|pier/, 'path'],
]

/** Null for what would only stand in the way of the marks. */
export function groundOf(layer: string, kind: string): Ground | null {
  const ground = LAYERS[layer]
  if (ground === undefined) return null
  if (ground === 'land') return GREEN.test(kind) ? 'green' : null
  if (ground === 'green' && layer === 'landcover' && /ice|rock|sand|barren/.test(kind)) return null
  if (ground === 'street') return ROADS.find(([pattern]) => pattern.test(kind))?.[1] ?? 'street'
  return ground
}

interface Colours extends Record<Exclude<Ground, 'land' | 'place'>, string> {
  text: string
  halo: string
}

const LIGHT: Colours = {
  water: '#c9dbe6', stream: '#b4cddd', green: '#e1e9d8', building: '#e4dfd5', rail: '#c2bcb1', path: '#d3cdc1',
  street: '#ffffff', road: '#ffffff', motorway: '#f2e2c0', border: '#b9b2a5', text: '#55606c', halo: '#ffffff',
}
const DARK: Colours = {
  water: '#1d3342', stream: '#24404f', green: '#1d2a22', building: '#272e35', rail: '#3a424a', path: '#2f373f',
  street: '#39424b', road: '#465059', motorway: '#5a523c', border: '#56606a', text: '#aab2bb', halo: '#15191e',
}

/** Metres a pixel beyond which a kind of way is too much. */
const WAYS: Partial<Record<Ground, { from: number; metres: number; least: number }>> = {
  motorway: { from: 2500, metres: 24, least: 1.6 },
  road: { from: 160, metres: 14, least: 1.2 },
  street: { from: 24, metres: 8, least: 1 },
  path: { from: 6, metres: 3, least: 1 },
  rail: { from: 160, metres: 3, least: 1 },
  stream: { from: 80, metres: 5, least: 1 },
}

const text = (feature: FeatureLike, ...keys: string[]): string => {
  for (const key of keys) {
    const value: unknown = feature.get(key)
    if (typeof value === 'string' && value !== '') return value
  }
  return ''
}

/** Calm ground for marks: water, green, ways and buildings; names of places in the language of the place. */
export function vectorLook(palette: () => Palette): StyleFunction {
  const fills = new Map<string, Style>()
  const fill = (colour: string, zIndex: number): Style => {
    const known = fills.get(colour)
    if (known) return known
    const made = new Style({ fill: new Fill({ color: colour }), zIndex })
    fills.set(colour, made)
    return made
  }

  return (feature, resolution) => {
    const { dark, font } = palette()
    const colours = dark ? DARK : LIGHT
    const ground = groundOf(text(feature, 'layer'), text(feature, 'kind', 'class', 'pmap:kind', 'subclass', 'highway'))
    if (ground === null || ground === 'land') return undefined
    const type = feature.getGeometry()?.getType() ?? ''

    if (ground === 'place') {
      const name = text(feature, 'name')
      if (name === '' || !type.endsWith('Point')) return undefined
      const rank = Number(feature.get('min_zoom') ?? feature.get('rank') ?? 10)
      return new Style({
        zIndex: 20 - (Number.isFinite(rank) ? rank : 10),
        text: new Text({ text: name, font: `14px ${font}`, fill: new Fill({ color: colours.text }), stroke: new Stroke({ color: colours.halo, width: 3 }) }),
      })
    }
    if (type.endsWith('Polygon')) {
      if (ground === 'water') return fill(colours.water, 1)
      if (ground === 'green') return fill(colours.green, 0)
      if (ground === 'building') return resolution < 5 ? fill(colours.building, 2) : undefined
      return undefined
    }
    if (ground === 'border') return new Style({ zIndex: 9, stroke: new Stroke({ color: colours.border, width: 1, lineDash: [4, 3] }) })
    const way = WAYS[ground]
    if (!way || resolution > way.from || !type.endsWith('LineString')) return undefined
    const width = Math.max(way.least, way.metres / resolution)
    const zIndex = { stream: 1, path: 3, rail: 4, street: 5, road: 6, motorway: 7 }[ground as string] ?? 3
    const styles = [new Style({ zIndex, stroke: new Stroke({ color: colours[ground as keyof Colours], width, lineCap: 'round', lineJoin: 'round' }) })]
    // White ways on light ground need an edge.
    if (width > 2 && /street|road|motorway/.test(ground)) {
      styles.unshift(new Style({ zIndex: zIndex - 3, stroke: new Stroke({ color: colours.rail, width: width + 1.5, lineCap: 'round', lineJoin: 'round' }) }))
    }
    return styles
  }
}
