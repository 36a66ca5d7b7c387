import { asList, asObject, asText, asWord } from '@/format/tolerant'

/** Shares of the picture's width and height, 0 to 1, so that what is drawn scales with the picture. */
export interface Point {
  x: number
  y: number
}

export const MARK_COLOURS = ['red', 'yellow', 'white'] as const
export type MarkColour = (typeof MARK_COLOURS)[number]

export const MARK_KINDS = ['arrow', 'ellipse', 'text'] as const
export type MarkKind = (typeof MARK_KINDS)[number]

/** An arrow points at `to`; an ellipse fills the box between both points; a text begins at `from`, its upper left. */
export interface Mark {
  kind: MarkKind
  colour: MarkColour
  from: Point
  to: Point
  text: string
}

/** In pixels. */
export interface Size {
  width: number
  height: number
}

export const MOST_MARKS = 60
export const LONGEST_TEXT = 60

/** A hundredth of the shorter side: the measure of all strokes. */
export const unitOf = ({ width, height }: Size): number => Math.min(width, height) / 100

/** Whether a drag was long enough to mean something; a mere tap is none. */
export function isDrawn(mark: Mark, size: Size): boolean {
  if (mark.kind === 'text') return mark.text.trim() !== ''
  const { x, y } = between(mark, size)
  return Math.sqrt(x * x + y * y) >= 3 * unitOf(size)
}

function between({ from, to }: Mark, { width, height }: Size): Point {
  return { x: (to.x - from.x) * width, y: (to.y - from.y) * height }
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), Math.max(least, most))

/** Moves a mark, but never out of the picture. */
export function moved(mark: Mark, by: Point): Mark {
  const x = clamp(by.x, -Math.min(mark.from.x, mark.to.x), 1 - Math.max(mark.from.x, mark.to.x))
  const y = clamp(by.y, -Math.min(mark.from.y, mark.to.y), 1 - Math.max(mark.from.y, mark.to.y))
  return { ...mark, from: { x: mark.from.x + x, y: mark.from.y + y }, to: { x: mark.to.x + x, y: mark.to.y + y } }
}

function toSegment(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const long = dx * dx + dy * dy
  const share = long === 0 ? 0 : clamp(((point.x - from.x) * dx + (point.y - from.y) * dy) / long, 0, 1)
  return Math.hypot(point.x - from.x - share * dx, point.y - from.y - share * dy)
}

/** How far, in pixels, a place lies from what is drawn. Inside an ellipse or a text it is nothing. */
export function distanceTo(mark: Mark, place: Point, size: Size): number {
  const pixels = ({ x, y }: Point): Point => ({ x: x * size.width, y: y * size.height })
  const [point, from, to] = [pixels(place), pixels(mark.from), pixels(mark.to)]
  if (mark.kind === 'arrow') return toSegment(point, from, to)
  const outside = (value: number, a: number, b: number): number => Math.max(Math.min(a, b) - value, value - Math.max(a, b), 0)
  return Math.hypot(outside(point.x, from.x, to.x), outside(point.y, from.y, to.y))
}

/** The mark that a finger or a mouse means: the nearest within its reach in pixels, of two alike the upper one. */
export function markAt(marks: readonly Mark[], place: Point, size: Size, reach: number): number | null {
  let found: number | null = null
  let nearest = reach
  marks.forEach((mark, index) => {
    const distance = distanceTo(mark, place, size)
    if (distance <= nearest) [found, nearest] = [index, distance]
  })
  return found
}

const number = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? clamp(value, 0, 1) : null

function asPoint(value: unknown): Point | null {
  const point = asObject(value)
  const [x, y] = [number(point['x']), number(point['y'])]
  return x === null || y === null ? null : { x, y }
}

export function parseMarks(value: unknown): Mark[] {
  return asList(value)
    .flatMap((one): Mark[] => {
      const mark = asObject(one)
      const [kind, from, to] = [asWord(mark['kind'], MARK_KINDS), asPoint(mark['from']), asPoint(mark['to'])]
      if (kind === null || from === null || to === null) return []
      return [{ kind, colour: asWord(mark['colour'], MARK_COLOURS) ?? 'red', from, to, text: asText(mark['text']).slice(0, LONGEST_TEXT) }]
    })
    .slice(0, MOST_MARKS)
}
