import { onScopeDispose, ref, shallowRef } from 'vue'
import type { MapBounds } from '@/wire/MapBounds'
import { contains, padded } from './bounds'
import { ExtentCache } from './extent-cache'

/** A hand that drags asks for nothing until it rests. */
const PAUSE_MS = 120
/** So much more on each side is asked for, so that a small step needs no new question. */
const AHEAD = 0.25

export interface Answer<T> {
  value: T
  complete: boolean
}

/**
 * What lies in view: asked for after a pause, taken from earlier answers where they are enough. An answer to a
 * question that is outdated is dropped.
 */
export function useInView<T>(ask: (bounds: MapBounds) => Promise<Answer<T>>, pauseMs = PAUSE_MS) {
  const value = shallowRef<T | null>(null)
  const complete = ref(true)
  const error = ref<unknown>(null)
  const loading = ref(false)
  const cache = new ExtentCache<T>()
  let asked = 0
  let pause: ReturnType<typeof setTimeout> | undefined
  let view: MapBounds | null = null

  function take(answer: Answer<T>): void {
    value.value = answer.value
    complete.value = answer.complete
    loading.value = false
    error.value = null
  }

  async function fetch(bounds: MapBounds, mine: number): Promise<void> {
    try {
      let wanted = padded(bounds, AHEAD)
      let answer = await ask(wanted)
      if (mine !== asked) return
      if (!answer.complete && !contains(bounds, wanted)) {
        // Said to be so many of so many in view, it must be of the view and not of what lies around it.
        wanted = bounds
        answer = await ask(wanted)
        if (mine !== asked) return
      }
      cache.keep({ bounds: wanted, ...answer })
      take(answer)
    } catch (cause) {
      if (mine !== asked) return
      error.value = cause
      loading.value = false
    }
  }

  function begin(wait: number): void {
    asked += 1
    clearTimeout(pause)
    if (view === null) return
    const bounds = view
    const mine = asked
    const held = cache.find(bounds)
    if (held) return take(held)
    loading.value = true
    pause = setTimeout(() => void fetch(bounds, mine), wait)
  }

  /** The view has moved. */
  function show(bounds: MapBounds): void {
    view = bounds
    begin(pauseMs)
  }

  /** What was answered holds no longer. */
  function renew(): void {
    cache.clear()
    begin(0)
  }

  /** Nothing is asked for any more, and nothing is shown. */
  function hide(): void {
    asked += 1
    clearTimeout(pause)
    view = null
    value.value = null
    loading.value = false
    error.value = null
  }

  onScopeDispose(() => {
    asked += 1
    clearTimeout(pause)
  })
  return { value, complete, error, loading, show, renew, hide }
}
