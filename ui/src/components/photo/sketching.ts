import { computed, type Ref, ref } from 'vue'
import { useHistory } from './history'
import { isDrawn, LONGEST_TEXT, type Mark, type MarkColour, type MarkKind, markAt, MOST_MARKS, moved, type Point, type Size } from './marks'

export type Tool = MarkKind | 'move'

/** How near a finger must come to a mark, in pixels of the screen. */
const REACH = 28

/** Drawing with one finger or the mouse: what is down, what is chosen, what was done before. */
export function useSketching(marks: Ref<Mark[]>, fit: (mark: Mark) => Mark, size: () => Size, scale: () => number) {
  const tool = ref<Tool>('arrow')
  const colour = ref<MarkColour>('red')
  const chosen = ref<number | null>(null)
  const drawing = ref<Mark | null>(null)
  let dragged: { mark: Mark; from: Point } | null = null

  const history = useHistory(
    () => marks.value,
    (before) => {
      marks.value = before
      chosen.value = null
    },
  )
  const selected = computed(() => (chosen.value === null ? null : (marks.value[chosen.value] ?? null)))
  const full = computed(() => marks.value.length >= MOST_MARKS)

  function replace(mark: Mark): void {
    marks.value = marks.value.map((one, index) => (index === chosen.value ? mark : one))
  }

  /** A text without letters was never written. */
  function settle(): void {
    const kept = marks.value.filter((mark) => isDrawn(mark, size()))
    if (kept.length !== marks.value.length) {
      marks.value = kept
      chosen.value = null
    }
    history.commit()
  }

  function choose(index: number | null): void {
    if (index !== chosen.value) settle()
    chosen.value = index
  }

  function down(place: Point): void {
    if (tool.value === 'move') {
      choose(markAt(marks.value, place, size(), REACH * scale()))
      dragged = selected.value ? { mark: selected.value, from: place } : null
      return
    }
    choose(null)
    if (full.value) return
    drawing.value = { kind: tool.value, colour: colour.value, from: place, to: place, text: '' }
  }

  function drag(place: Point): void {
    if (dragged) replace(moved(dragged.mark, { x: place.x - dragged.from.x, y: place.y - dragged.from.y }))
    else if (drawing.value) drawing.value = drawing.value.kind === 'text' ? { ...drawing.value, from: place } : { ...drawing.value, to: place }
  }

  function up(): void {
    const mark = drawing.value
    drawing.value = null
    dragged = null
    if (mark && (mark.kind === 'text' || isDrawn(mark, size()))) {
      marks.value = [...marks.value, mark.kind === 'text' ? fit(mark) : mark]
      chosen.value = marks.value.length - 1
      if (mark.kind === 'text') return
    }
    history.commit()
  }

  function cancel(): void {
    if (dragged) replace(dragged.mark)
    drawing.value = null
    dragged = null
  }

  function write(text: string): void {
    if (selected.value?.kind === 'text') replace(fit({ ...selected.value, text: text.replace(/\s+/g, ' ').slice(0, LONGEST_TEXT) }))
  }

  /** The next mark is of this colour, and the one that was taken up for it: not the one that was just drawn. */
  function paint(next: MarkColour): void {
    colour.value = next
    if (selected.value && (tool.value === 'move' || selected.value.kind === 'text')) replace({ ...selected.value, colour: next })
    history.commit()
  }

  function remove(): void {
    if (chosen.value === null) return
    marks.value = marks.value.filter((_, index) => index !== chosen.value)
    chosen.value = null
    history.commit()
  }

  function nudge(by: Point): void {
    if (selected.value) replace(moved(selected.value, by))
    history.commit()
  }

  return { tool, colour, chosen, selected, drawing, full, history, down, drag, up, cancel, write, paint, remove, nudge, settle }
}
