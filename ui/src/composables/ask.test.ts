import { describe, expect, it } from 'vitest'
import { useAsk } from './ask'

describe('a dialog that asks once', () => {
  it('closes when it was done', async () => {
    const { asking, busy, ask, act } = useAsk(() => Promise.resolve())
    ask()
    expect(asking.value).toBe(true)
    const done = act()
    expect(busy.value).toBe(true)
    await done
    expect([asking.value, busy.value]).toEqual([false, false])
  })

  it('stays with the reason when it was not, and asks anew without it', async () => {
    const { asking, busy, failed, ask, act } = useAsk(() => Promise.reject(new Error('away')))
    ask()
    await act()
    expect([asking.value, busy.value]).toEqual([true, false])
    expect(failed.value).toEqual(new Error('away'))
    ask()
    expect(failed.value).toBe(null)
  })

  it('does it once, however often it is pressed', async () => {
    let times = 0
    const { act } = useAsk(async () => {
      times += 1
      await Promise.resolve()
    })
    await Promise.all([act(), act()])
    expect(times).toBe(1)
  })
})
