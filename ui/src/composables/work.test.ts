import { describe, expect, it } from 'vitest'
import { useWork } from './work'

describe('work behind a button', () => {
  it('is done once however often somebody presses', async () => {
    const { busy, run } = useWork()
    let done = 0
    let finish: (value?: unknown) => void = () => undefined
    const work = (): Promise<void> => new Promise((resolve) => (finish = resolve)).then(() => void (done += 1))
    const first = run(work)
    expect(busy.value).toBe(true)
    expect(await run(work)).toBe(false)
    finish()
    expect([await first, done, busy.value]).toEqual([true, 1, false])
  })

  it('says what went wrong until it is tried again', async () => {
    const { busy, failed, run } = useWork()
    const cause = new Error('no')
    expect(await run(() => Promise.reject(cause))).toBe(false)
    expect([failed.value, busy.value]).toEqual([cause, false])
    expect(await run(() => Promise.resolve())).toBe(true)
    expect(failed.value).toBeNull()
  })
})
