/** The field in which signatures are drawn and kept, as the domain has it. */
export const FIELD = { width: 600, height: 240 } as const
/** The most numbers that a signature may have. */
export const LONGEST = 8_000
/** How far a point may lie from the line that takes its place, in units of the field: thinner than the pen. */
const FINE = 0.8
const COARSEST = 64
const STRETCH = 128

/** x, y, x, y … in whole units of the field. */
export type Stroke = number[]

const within = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)))

/** A point of the field; what is drawn beyond its edge stays on the edge. */
export const inField = (x: number, y: number): [number, number] => [within(x, FIELD.width), within(y, FIELD.height)]

const sizeOf = (strokes: readonly Stroke[]): number => strokes.reduce((sum, stroke) => sum + stroke.length, 0)

function distance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const length = (bx - ax) ** 2 + (by - ay) ** 2
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length))
  return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay))
}

/** Leaves out the points that lie on the way between their neighbours (Ramer, Douglas, Peucker); ends stay. */
export function thinned(stroke: Stroke, tolerance = FINE): Stroke {
  const points = Math.floor(stroke.length / 2)
  const at = (index: number): number => stroke[index] ?? 0
  if (points < 3) return stroke.slice(0, points * 2)
  const kept = new Set([points - 1])
  const stretches: [number, number][] = []
  // In stretches of their own, because the work grows with the square of a stretch of scribble.
  for (let from = 0; from < points - 1; from += STRETCH) {
    kept.add(from)
    stretches.push([from, Math.min(from + STRETCH, points - 1)])
  }
  for (let stretch = stretches.pop(); stretch; stretch = stretches.pop()) {
    const [from, to] = stretch
    let farthest = -1
    let far = tolerance
    for (let index = from + 1; index < to; index += 1) {
      const away = distance(at(2 * index), at(2 * index + 1), at(2 * from), at(2 * from + 1), at(2 * to), at(2 * to + 1))
      if (away > far) [far, farthest] = [away, index]
    }
    if (farthest < 0) continue
    kept.add(farthest)
    stretches.push([from, farthest], [farthest, to])
  }
  return [...kept].sort((a, b) => a - b).flatMap((index) => [at(2 * index), at(2 * index + 1)])
}

/** The signature in at most so many numbers: the coarser the more it has, and whole strokes only where nothing else helps. */
export function bounded(strokes: readonly Stroke[], most = LONGEST): Stroke[] {
  let all = strokes.map((stroke) => thinned(stroke))
  for (let tolerance = FINE * 2; sizeOf(all) > most && tolerance <= COARSEST; tolerance *= 2) {
    all = strokes.map((stroke) => thinned(stroke, tolerance))
  }
  while (sizeOf(all) > most) all = all.slice(0, -1)
  return all
}

/** Whether there is more than a touch: a dot or two is no signature. */
export function isSignature(strokes: readonly Stroke[]): boolean {
  let length = 0
  for (const stroke of strokes) {
    for (let index = 2; index + 1 < stroke.length; index += 2) {
      length += Math.hypot((stroke[index] ?? 0) - (stroke[index - 2] ?? 0), (stroke[index + 1] ?? 0) - (stroke[index - 1] ?? 0))
    }
  }
  return length >= FIELD.height / 4
}

/** The stroke as the path of an SVG; a single point is a dot. */
export function pathOf(stroke: Stroke): string {
  const [x = 0, y = 0] = stroke
  if (stroke.length < 4) return `M${x} ${y}h0.01`
  let path = `M${x} ${y}`
  for (let index = 2; index + 1 < stroke.length; index += 2) path += `L${stroke[index]} ${stroke[index + 1]}`
  return path
}

/** Strokes from a draft: what is not a point of the field is left out. */
export function parseStrokes(value: unknown): Stroke[] {
  if (!Array.isArray(value)) return []
  const strokes = value.flatMap((one: unknown): Stroke[] => {
    if (!Array.isArray(one) || one.length < 2 || one.length % 2 !== 0) return []
    const stroke = one as unknown[]
    const fits = stroke.every((part, index) => Number.isInteger(part) && Number(part) >= 0 && Number(part) <= (index % 2 === 0 ? FIELD.width : FIELD.height))
    return fits ? [stroke as Stroke] : []
  })
  return sizeOf(strokes) > LONGEST ? bounded(strokes) : strokes
}
