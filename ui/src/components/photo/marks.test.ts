import { describe, expect, it } from 'vitest'
import { ref } from 'vue'
import { distanceTo, isDrawn, type Mark, markAt, MOST_MARKS, moved, parseMarks, unitOf } from './marks'
import { useSketching } from './sketching'

const SIZE = { width: 2000, height: 1000 }
const mark = (kind: Mark['kind'], from: [number, number], to: [number, number], text = ''): Mark => ({
  kind,
  colour: 'red',
  from: { x: from[0], y: from[1] },
  to: { x: to[0], y: to[1] },
  text,
})

describe('marks', () => {
  it('are measured by the shorter side, whichever way the picture stands', () => {
    expect(unitOf(SIZE)).toBe(unitOf({ width: 1000, height: 2000 }))
  })

  it('are none when it was only a tap, or a text without letters', () => {
    expect(isDrawn(mark('arrow', [0.1, 0.1], [0.11, 0.1]), SIZE)).toBe(false)
    expect(isDrawn(mark('arrow', [0.1, 0.1], [0.2, 0.1]), SIZE)).toBe(true)
    expect(isDrawn(mark('text', [0.1, 0.1], [0.3, 0.2], '  '), SIZE)).toBe(false)
    expect(isDrawn(mark('text', [0.1, 0.1], [0.1, 0.1], '油污'), SIZE)).toBe(true)
  })

  it('are moved, but never out of the picture', () => {
    const arrow = mark('arrow', [0.2, 0.8], [0.6, 0.4])
    expect(moved(arrow, { x: 0.1, y: -0.1 }).from.x).toBeCloseTo(0.3)
    const [left, right] = [moved(arrow, { x: -9, y: 9 }), moved(arrow, { x: 9, y: -9 })]
    expect([left.from.x, left.from.y, right.to.x, right.to.y]).toEqual([0, 1, 1, 0].map((value) => expect.closeTo(value)))
    expect(right.to.x - right.from.x).toBeCloseTo(0.4)
  })

  it('are met by a finger that is near: along an arrow, within an ellipse', () => {
    const arrow = mark('arrow', [0, 0], [0.5, 0])
    expect(distanceTo(arrow, { x: 0.25, y: 0.02 }, SIZE)).toBeCloseTo(20)
    expect(distanceTo(arrow, { x: 0.6, y: 0 }, SIZE)).toBeCloseTo(200)
    const ellipse = mark('ellipse', [0.6, 0.6], [0.9, 0.9])
    expect(distanceTo(ellipse, { x: 0.7, y: 0.7 }, SIZE)).toBe(0)
    expect(markAt([arrow, ellipse], { x: 0.7, y: 0.7 }, SIZE, 30)).toBe(1)
    expect(markAt([arrow, ellipse], { x: 0.3, y: 0.02 }, SIZE, 30)).toBe(0)
    expect(markAt([arrow, ellipse], { x: 0.3, y: 0.3 }, SIZE, 30)).toBeNull()
    expect(markAt([ellipse, ellipse], { x: 0.7, y: 0.7 }, SIZE, 30), 'the upper one').toBe(1)
  })

  it('are read from a form in a number that can be drawn', () => {
    expect(parseMarks(Array.from({ length: 500 }, () => mark('arrow', [0, 0], [1, 1])))).toHaveLength(MOST_MARKS)
    expect(parseMarks([{ kind: 'arrow', from: { x: Number.NaN, y: 0 }, to: { x: 1, y: 1 } }, null])).toEqual([])
  })
})

describe('sketching', () => {
  function begin() {
    const marks = ref<Mark[]>([])
    const sketch = useSketching(marks, (one) => one, () => SIZE, () => 1)
    const drag = (from: [number, number], to: [number, number]): void => {
      sketch.down({ x: from[0], y: from[1] })
      sketch.drag({ x: to[0], y: to[1] })
      sketch.up()
    }
    return { marks, sketch, drag }
  }

  it('draws by dragging, in the colour that is chosen', () => {
    const { marks, sketch, drag } = begin()
    sketch.paint('yellow')
    drag([0.1, 0.1], [0.4, 0.4])
    sketch.tool.value = 'ellipse'
    drag([0.5, 0.5], [0.501, 0.5])
    drag([0.5, 0.5], [0.8, 0.8])
    expect(marks.value.map(({ kind, colour }) => [kind, colour])).toEqual([['arrow', 'yellow'], ['ellipse', 'yellow']])
  })

  it('paints what was taken up, not what was just drawn', () => {
    const { marks, sketch, drag } = begin()
    drag([0.1, 0.1], [0.4, 0.4])
    sketch.paint('white')
    expect(marks.value[0]?.colour).toBe('red')
    sketch.tool.value = 'move'
    drag([0.2, 0.2], [0.2, 0.2])
    sketch.paint('yellow')
    expect(marks.value[0]?.colour).toBe('yellow')
  })

  it('takes back and does again, step by step', () => {
    const { marks, sketch, drag } = begin()
    drag([0.1, 0.1], [0.4, 0.4])
    drag([0.2, 0.2], [0.6, 0.6])
    sketch.remove()
    sketch.history.undo()
    expect(marks.value).toHaveLength(2)
    sketch.history.undo()
    sketch.history.undo()
    expect([marks.value.length, sketch.history.canUndo.value]).toEqual([0, false])
    sketch.history.redo()
    expect(marks.value).toHaveLength(1)
    drag([0.5, 0.1], [0.9, 0.1])
    expect(sketch.history.canRedo.value, 'what comes after a new step is gone').toBe(false)
  })

  it('writes a text where it was tapped, and forgets it when nothing is written', () => {
    const { marks, sketch } = begin()
    sketch.tool.value = 'text'
    sketch.down({ x: 0.3, y: 0.3 })
    sketch.up()
    sketch.write('废气\n直排')
    sketch.settle()
    expect(marks.value.map(({ text }) => text)).toEqual(['废气 直排'])
    sketch.down({ x: 0.6, y: 0.6 })
    sketch.up()
    sketch.settle()
    expect(marks.value).toHaveLength(1)
    sketch.history.undo()
    expect(marks.value).toHaveLength(0)
  })

  it('moves the mark that was taken hold of, and leaves it when the system breaks in', () => {
    const { marks, sketch, drag } = begin()
    drag([0.1, 0.1], [0.4, 0.4])
    sketch.tool.value = 'move'
    drag([0.2, 0.2], [0.3, 0.2])
    expect(marks.value[0]?.from.x).toBeCloseTo(0.2)
    sketch.down({ x: 0.3, y: 0.2 })
    sketch.drag({ x: 0.9, y: 0.9 })
    sketch.cancel()
    expect(marks.value[0]?.from.x).toBeCloseTo(0.2)
    drag([0.9, 0.1], [0.9, 0.2])
    expect(sketch.chosen.value, 'nothing there').toBeNull()
  })
})
