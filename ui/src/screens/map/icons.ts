import Icon from 'ol/style/Icon'
import { type Meaning, SHAPES } from '@/components/meaning'
import { type ClusterLook, type MarkLook, ringSize, shareOf } from './figures'
import type { Palette } from './palette'

/** The box in which the shapes of meanings are drawn. */
const BOX = 24
const DISC = 30
const PILL = 22
const MOST_KEPT = 400

const kept = new Map<string, Icon>()
let keptFor: Palette | null = null

/** Draws once for each look and theme. `anchor` is the pixel that stands on the place. */
function icon(key: string, palette: Palette, width: number, height: number, anchor: [number, number], draw: (at: CanvasRenderingContext2D) => void): Icon {
  if (keptFor !== palette || kept.size > MOST_KEPT) {
    kept.clear()
    keptFor = palette
  }
  const known = kept.get(key)
  if (known) return known
  const ratio = Math.max(1, Math.ceil(window.devicePixelRatio))
  const img = document.createElement('canvas')
  img.width = width * ratio
  img.height = height * ratio
  const context = img.getContext('2d')
  if (context) {
    context.scale(ratio, ratio)
    draw(context)
  }
  const made = new Icon({
    img,
    scale: 1 / ratio,
    anchor: [anchor[0] * ratio, anchor[1] * ratio],
    anchorXUnits: 'pixels',
    anchorYUnits: 'pixels',
  })
  kept.set(key, made)
  return made
}

function shape(at: CanvasRenderingContext2D, meaning: Meaning, left: number, top: number, size: number, colour: string): void {
  const { path, filled } = SHAPES[meaning]
  const drawn = new Path2D(path)
  at.save()
  at.translate(left, top)
  at.scale(size / BOX, size / BOX)
  at.strokeStyle = colour
  at.fillStyle = colour
  at.lineWidth = 3
  at.lineCap = 'round'
  at.lineJoin = 'round'
  if (filled) at.fill(drawn)
  at.stroke(drawn)
  at.restore()
}

function disc(at: CanvasRenderingContext2D, x: number, y: number, radius: number, fill: string, stroke: string, width: number): void {
  at.beginPath()
  at.arc(x, y, radius, 0, 2 * Math.PI)
  at.fillStyle = fill
  at.fill()
  if (width === 0) return
  at.strokeStyle = stroke
  at.lineWidth = width
  at.stroke()
}

function pill(at: CanvasRenderingContext2D, left: number, top: number, width: number, height: number, fill: string, edge: string): void {
  const r = height / 2
  at.beginPath()
  at.arc(left + r, top + r, r, Math.PI / 2, -Math.PI / 2)
  at.arc(left + width - r, top + r, r, -Math.PI / 2, Math.PI / 2)
  at.closePath()
  at.fillStyle = fill
  at.fill()
  at.strokeStyle = edge
  at.lineWidth = 1.5
  at.stroke()
}

/** A disc with the shape of the verdict; a red clock with the days beside it; two rings above it. */
export function siteIcon(look: MarkLook, chosen: boolean, palette: Palette): Icon {
  const margin = 9
  const tail = look.days === '' ? 0 : 22 + look.days.length * 9
  const width = margin * 2 + DISC + tail
  const height = margin * 2 + DISC
  const middle = margin + DISC / 2
  return icon(`site ${look.standing} ${look.days} ${look.conflict} ${chosen}`, palette, width, height, [middle, middle], (at) => {
    const colour = palette.meaning[look.standing]
    if (chosen) disc(at, middle, middle, DISC / 2 + 5, palette.action, '', 0)
    if (tail > 0) {
      pill(at, middle, middle - PILL / 2, DISC / 2 + tail, PILL, palette.overdueFill, palette.paper)
      shape(at, 'overdue', middle + DISC / 2 + 2, middle - 7.5, 15, '#fff')
      at.fillStyle = '#fff'
      at.font = `600 14px ${palette.font}`
      at.textBaseline = 'middle'
      at.fillText(look.days, middle + DISC / 2 + 19, middle + 1)
    }
    disc(at, middle, middle, DISC / 2 - 1, palette.paper, colour, 2 * palette.weight)
    if (look.standing !== 'unjudged') shape(at, look.standing, middle - 9, middle - 9, 18, colour)
    if (look.conflict) {
      disc(at, middle + 11, middle - 12, 9, palette.paper, palette.meaning.conflict, 1)
      shape(at, 'conflict', middle + 4, middle - 18, 14, palette.meaning.conflict)
    }
  })
}

/** A count in a ring whose red part is what is overdue. */
export function clusterIcon(look: ClusterLook, sum: number, chosen: boolean, palette: Palette): Icon {
  const size = ringSize(sum)
  const margin = 8
  const middle = size / 2 + margin
  return icon(`cluster ${size} ${look.label} ${look.late} ${look.conflict} ${chosen}`, palette, middle * 2, middle * 2, [middle, middle], (at) => {
    if (chosen) disc(at, middle, middle, size / 2 + 5, palette.action, '', 0)
    disc(at, middle, middle, size / 2, palette.paper, palette.quiet, 1)
    const radius = size / 2 - 4
    at.lineWidth = 5
    at.strokeStyle = palette.meaning.clean
    at.beginPath()
    at.arc(middle, middle, radius, 0, 2 * Math.PI)
    at.stroke()
    if (look.late > 0) {
      at.strokeStyle = palette.overdueFill
      at.lineWidth = 7
      at.beginPath()
      at.arc(middle, middle, radius, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * shareOf(look))
      at.stroke()
    }
    at.fillStyle = palette.ink
    at.font = `600 15px ${palette.font}`
    at.textAlign = 'center'
    at.textBaseline = 'middle'
    at.fillText(look.label, middle, middle + 1)
    if (look.conflict) {
      disc(at, middle + size / 2 - 4, middle - size / 2 + 4, 9, palette.paper, palette.meaning.conflict, 1)
      shape(at, 'conflict', middle + size / 2 - 11, middle - size / 2 - 3, 14, palette.meaning.conflict)
    }
  })
}

/** A small square, hollow where the photo is not here, with a tick to where the camera pointed. */
export function photoIcon(directed: boolean, present: boolean, palette: Palette): Icon {
  const size = 48
  const middle = size / 2
  return icon(`photo ${directed} ${present}`, palette, size, size, [middle, middle], (at) => {
    if (directed) {
      at.beginPath()
      at.moveTo(middle, 3)
      at.lineTo(middle + 6, 15)
      at.lineTo(middle - 6, 15)
      at.closePath()
      at.fillStyle = palette.ink
      at.strokeStyle = palette.paper
      at.lineWidth = 1.5
      at.fill()
      at.stroke()
    }
    at.beginPath()
    at.rect(middle - 7, middle - 7, 14, 14)
    at.fillStyle = present ? palette.ink : palette.paper
    at.strokeStyle = present ? palette.paper : palette.ink
    at.lineWidth = 2
    at.fill()
    at.stroke()
    if (present) disc(at, middle, middle, 3, palette.paper, '', 0)
  })
}

/** A dot for whoever holds the device. */
export function hereIcon(palette: Palette): Icon {
  const middle = 12
  return icon('here', palette, middle * 2, middle * 2, [middle, middle], (at) => {
    disc(at, middle, middle, 10, palette.paper, '', 0)
    disc(at, middle, middle, 7, palette.action, '', 0)
  })
}
