import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import type { MapBounds } from '@/wire/MapBounds'
import { type Answer, useInView } from './in-view'

const box = (west: number, width = 0.1): MapBounds => ({ west, south: 24, east: west + width, north: 24 + width })
const rested = () => vi.advanceTimersByTimeAsync(200)

function watched(ask: (bounds: MapBounds) => Promise<Answer<string>>) {
  const scope = effectScope()
  const view = scope.run(() => useInView(ask))
  if (!view) throw new Error('no scope')
  return { view, scope }
}

describe('what lies in view', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is asked for once the map rests, and not for a small step after that', async () => {
    const ask = vi.fn(async ({ west }: MapBounds) => ({ value: `from ${west.toFixed(3)}`, complete: true }))
    const { view } = watched(ask)
    view.show(box(118))
    view.show(box(118.01))
    view.show(box(118.02))
    await rested()
    expect(ask).toHaveBeenCalledTimes(1)
    expect(view.value.value).toBe('from 117.995')
    view.show(box(118.03))
    await rested()
    expect(ask).toHaveBeenCalledTimes(1)
    view.show(box(119))
    await rested()
    expect(ask).toHaveBeenCalledTimes(2)
  })

  it('is asked for exactly where not all fits into an answer', async () => {
    const asked: MapBounds[] = []
    const { view } = watched(async (bounds) => {
      asked.push(bounds)
      return { value: 'some', complete: false }
    })
    view.show(box(118))
    await rested()
    expect(asked).toHaveLength(2)
    expect(asked[1]).toEqual(box(118))
    expect(view.complete.value).toBe(false)
    // Zoomed in, the same answer says nothing: another question.
    view.show(box(118.04, 0.01))
    await rested()
    expect(asked).toHaveLength(4)
  })

  it('never comes from a question that is outdated', async () => {
    const answers: ((value: Answer<string>) => void)[] = []
    const { view } = watched(() => new Promise((resolve) => answers.push(resolve)))
    view.show(box(118))
    await rested()
    view.show(box(119))
    await rested()
    answers[1]?.({ value: 'new', complete: true })
    await rested()
    answers[0]?.({ value: 'old', complete: true })
    await rested()
    expect(view.value.value).toBe('new')
  })

  it('keeps what is shown when a question fails, says so, and asks again when told', async () => {
    let broken = false
    const { view } = watched(async () => {
      if (broken) throw new Error('no server')
      return { value: 'marks', complete: true }
    })
    view.show(box(118))
    await rested()
    broken = true
    view.show(box(119))
    await rested()
    expect(view.value.value).toBe('marks')
    expect(view.error.value).toBeInstanceOf(Error)
    broken = false
    view.renew()
    await rested()
    expect(view.error.value).toBeNull()
  })

  it('asks for nothing after its screen has gone', async () => {
    const ask = vi.fn(async () => ({ value: '', complete: true }))
    const { view, scope } = watched(ask)
    view.show(box(118))
    scope.stop()
    await rested()
    expect(ask).not.toHaveBeenCalled()
  })
})
