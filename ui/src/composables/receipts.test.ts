import { createPinia } from 'pinia'
import { describe, expect, it, vi } from 'vitest'
import { createRenderer, nextTick } from 'vue'
import { call } from '@/host'
import { useSync } from '@/stores/sync'
import type { SyncStatus } from '@/wire/SyncStatus'
import { useReceipts } from './receipts'

vi.mock('@/host', () => ({
  call: vi.fn(() => Promise.resolve({ record: 'sent', verified_at: null, photos: [] })),
  host: { kind: 'device' },
  onWritten: () => undefined,
}))

/** A screen that shows nothing, and needs no browser for it. */
function screen(setup: () => void) {
  const node = () => ({})
  const nothing = () => undefined
  const { createApp } = createRenderer<object, object>({
    createElement: node,
    createText: node,
    createComment: node,
    insert: nothing,
    remove: nothing,
    setText: nothing,
    setElementText: nothing,
    patchProp: nothing,
    parentNode: () => null,
    nextSibling: () => null,
  })
  const app = createApp({
    setup() {
      setup()
      return () => null
    },
  })
  const pinia = createPinia()
  app.use(pinia).mount({})
  return { sync: useSync(pinia), app }
}

describe('the receipts of a site', () => {
  it('are asked for again when something changed, not with each look at where sync stands', async () => {
    const { sync, app } = screen(() => useReceipts(() => 'site'))
    const tell = async (photos: number): Promise<void> => {
      sync.status = { phase: 'photos', unsent_photos: photos, unsent_changes: 0 } as unknown as SyncStatus
      await nextTick()
    }
    await tell(2)
    const before = vi.mocked(call).mock.calls.length
    await tell(2)
    await tell(2)
    expect(vi.mocked(call).mock.calls.length).toBe(before)
    await tell(1)
    expect(vi.mocked(call).mock.calls.length).toBe(before + 1)
    sync.ended += 1
    await nextTick()
    expect(vi.mocked(call).mock.calls.length).toBe(before + 2)
    app.unmount()
  })
})
