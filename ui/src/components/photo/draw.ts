import { type Mark, type MarkColour, type Point, type Size, unitOf } from './marks'

export const INK: Record<MarkColour, string> = { red: '#e3211b', yellow: '#ffd60a', white: '#ffffff' }
/** Around every stroke, so that it is seen on any ground. */
const HALO: Record<MarkColour, string> = { red: 'rgba(255, 255, 255, 0.85)', yellow: 'rgba(0, 0, 0, 0.7)', white: 'rgba(0, 0, 0, 0.7)' }

/** In hundredths of the shorter side. */
const LINE = 1.1
const HEAD = 6
const TEXT = 6.5
const LEADING = 1.25
const FONT = "'PingFang SC', 'HarmonyOS Sans SC', 'MiSans', 'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', sans-serif"

/** Old canvases and those of iOS hold no more. */
const MOST_PIXELS = 16_000_000

/** The size of a picture's canvas: its own, unless the system could not hold that. */
export function canvasSize({ width, height }: Size): Size {
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

function font(context: CanvasRenderingContext2D, unit: number): void {
  context.font = `600 ${TEXT * unit}px ${FONT}`
  context.textBaseline = 'top'
}

/** Chinese breaks anywhere: a line is as long as it fits beside the right edge. */
function lines(context: CanvasRenderingContext2D, text: string, room: number): string[] {
  const all: string[] = []
  let line = ''
  for (const letter of text) {
    if (line !== '' && context.measureText(line + letter).width > room) {
      all.push(line)
      line = ''
    }
    line += letter
  }
  return [...all, line]
}

/** The box that a text fills, from its upper left, moved so that it lies within the picture. */
export function fitted(context: CanvasRenderingContext2D, mark: Mark, size: Size): Mark {
  if (mark.kind !== 'text') return mark
  const unit = unitOf(size)
  font(context, unit)
  const shown = lines(context, mark.text || ' ', size.width * 0.9)
  const width = Math.min(1, Math.max(...shown.map((line) => context.measureText(line).width)) / size.width)
  const height = Math.min(1, (shown.length * TEXT * LEADING * unit) / size.height)
  const from: Point = { x: Math.max(0, Math.min(mark.from.x, 1 - width)), y: Math.max(0, Math.min(mark.from.y, 1 - height)) }
  return { ...mark, from, to: { x: from.x + width, y: from.y + height } }
}

function trace(context: CanvasRenderingContext2D, mark: Mark, { width, height }: Size, unit: number): void {
  const [x1, y1, x2, y2] = [mark.from.x * width, mark.from.y * height, mark.to.x * width, mark.to.y * height]
  context.beginPath()
  if (mark.kind === 'ellipse') {
    context.ellipse((x1 + x2) / 2, (y1 + y2) / 2, Math.abs(x2 - x1) / 2, Math.abs(y2 - y1) / 2, 0, 0, 2 * Math.PI)
    return
  }
  const angle = Math.atan2(y2 - y1, x2 - x1)
  const head = Math.min(HEAD * unit, Math.hypot(x2 - x1, y2 - y1))
  context.moveTo(x1, y1)
  context.lineTo(x2, y2)
  for (const side of [-1, 1]) {
    context.moveTo(x2, y2)
    context.lineTo(x2 - head * Math.cos(angle + side * 0.5), y2 - head * Math.sin(angle + side * 0.5))
  }
}

function drawOne(context: CanvasRenderingContext2D, mark: Mark, size: Size): void {
  const unit = unitOf(size)
  context.lineCap = context.lineJoin = 'round'
  if (mark.kind === 'text') {
    font(context, unit)
    context.lineWidth = LINE * unit
    context.strokeStyle = HALO[mark.colour]
    context.fillStyle = INK[mark.colour]
    lines(context, mark.text, size.width * 0.9).forEach((line, row) => {
      const [x, y] = [mark.from.x * size.width, mark.from.y * size.height + row * TEXT * LEADING * unit]
      context.strokeText(line, x, y)
      context.fillText(line, x, y)
    })
    return
  }
  trace(context, mark, size, unit)
  for (const [width, style] of [[2, HALO[mark.colour]], [LINE, INK[mark.colour]]] as const) {
    context.lineWidth = width * unit
    context.strokeStyle = style
    context.stroke()
  }
}

/** The frame around the mark that is chosen; never part of what is saved. */
export function drawFrame(context: CanvasRenderingContext2D, { from, to }: Mark, { width, height }: Size): void {
  const unit = unitOf({ width, height })
  const pad = 2 * unit
  const box = [
    Math.min(from.x, to.x) * width - pad,
    Math.min(from.y, to.y) * height - pad,
    Math.abs(to.x - from.x) * width + 2 * pad,
    Math.abs(to.y - from.y) * height + 2 * pad,
  ] as const
  for (const [style, dash] of [['rgba(0, 0, 0, 0.8)', []], ['#ffffff', [1.5 * unit, 1.5 * unit]]] as const) {
    context.setLineDash([...dash])
    context.lineWidth = 0.5 * unit
    context.strokeStyle = style
    context.strokeRect(...box)
  }
  context.setLineDash([])
}

export function drawMarks(context: CanvasRenderingContext2D, marks: readonly Mark[], size: Size): void {
  for (const mark of marks) drawOne(context, mark, size)
}

/** The picture with what was drawn on it, as a JPEG. */
export async function flattened(image: HTMLImageElement, marks: readonly Mark[]): Promise<Blob> {
  const size = canvasSize({ width: image.naturalWidth, height: image.naturalHeight })
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  context.drawImage(image, 0, 0, size.width, size.height)
  drawMarks(context, marks, size)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9))
  // Phones give the memory back only when it is asked for.
  canvas.width = canvas.height = 0
  if (!blob) throw new Error('no picture')
  return blob
}
