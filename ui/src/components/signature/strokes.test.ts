import { describe, expect, it } from 'vitest'
import { bounded, FIELD, inField, isSignature, LONGEST, parseStrokes, pathOf, type Stroke, thinned } from './strokes'

/** A line that wriggles as no hand can: no point of it lies on the way between its neighbours. */
const wriggle = (points: number, height: number): Stroke =>
  Array.from({ length: points }, (_, index) => [index % FIELD.width, index % 2 === 0 ? 0 : height]).flat()
const numbers = (strokes: readonly Stroke[]): number => strokes.flat().length

describe('the points of a stroke', () => {
  it('are whole and within the field', () => {
    expect(inField(12.4, 99.6)).toEqual([12, 100])
    expect(inField(-3, 500)).toEqual([0, 240])
  })

  it('are left out where they lie on a line, and the ends stay', () => {
    const line = Array.from({ length: 100 }, (_, index) => [index, index]).flat()
    expect(thinned(line)).toEqual([0, 0, 99, 99])
    expect(thinned([5, 5])).toEqual([5, 5])
  })

  it('keep a corner, and a stroke that returns to where it began', () => {
    expect(thinned([0, 0, 50, 0, 100, 0, 100, 50, 100, 100])).toEqual([0, 0, 100, 0, 100, 100])
    expect(thinned([0, 0, 40, 0, 0, 0])).toEqual([0, 0, 40, 0, 0, 0])
  })

  it('stray from what was drawn by less than a unit', () => {
    const circle = Array.from({ length: 400 }, (_, index) => inField(300 + 100 * Math.cos(index / 60), 120 + 100 * Math.sin(index / 60))).flat()
    const kept = thinned(circle)
    expect(kept.length).toBeLessThan(circle.length / 4)
    for (let index = 0; index < kept.length; index += 2) {
      expect(Math.abs(Math.hypot((kept[index] ?? 0) - 300, (kept[index + 1] ?? 0) - 120) - 100)).toBeLessThan(1)
    }
  })
})

describe('a signature', () => {
  it('never has more numbers than may be kept', () => {
    for (const height of [2, 20, 240]) {
      const strokes = Array.from({ length: 12 }, () => wriggle(1000, height))
      expect(numbers(strokes)).toBeGreaterThan(LONGEST)
      const kept = bounded(strokes)
      expect(numbers(kept)).toBeLessThanOrEqual(LONGEST)
      expect(kept.length).toBeGreaterThan(0)
      expect(kept.flat().every(Number.isInteger)).toBe(true)
    }
  })

  it('of usual length loses no stroke', () => {
    const strokes = [wriggle(200, 2), [7, 7], wriggle(300, 20)]
    expect(bounded(strokes)).toHaveLength(3)
  })

  it('is more than a touch', () => {
    expect(isSignature([])).toBe(false)
    expect(isSignature([[10, 10], [20, 20, 24, 20]])).toBe(false)
    expect(isSignature([[10, 10, 200, 80]])).toBe(true)
  })

  it('is drawn as paths, a dot too', () => {
    expect(pathOf([1, 2, 3, 4])).toBe('M1 2L3 4')
    expect(pathOf([1, 2])).toBe('M1 2h0.01')
  })

  it('is read back from a draft without what cannot be', () => {
    expect(parseStrokes([[1, 2, 3, 4], [5], [1, -2], [601, 0], [1.5, 2], 'x', [600, 240]])).toEqual([[1, 2, 3, 4], [600, 240]])
    expect(parseStrokes('nothing')).toEqual([])
  })
})
