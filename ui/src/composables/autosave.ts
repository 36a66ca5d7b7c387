import { onScopeDispose, ref } from 'vue'
import { call } from '@/host'
import type { SaveDraft } from '@/wire/SaveDraft'

const PAUSE_MS = 300
const RETRY_MS = 4000

/** Keeps a form on the disk as it is typed. `savedAt` is only ever what the host answered. */
export function useAutosave(form: () => SaveDraft) {
  const savedAt = ref<string | null>(null)
  const dirty = ref(false)
  const error = ref<unknown>(null)
  let revision = 0
  let saved = 0
  let closed = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | null = null

  function later(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void save(), ms)
  }

  async function send(): Promise<void> {
    const sending = revision
    try {
      const draft = await call('drafts.save', form())
      if (sending < saved) return
      saved = sending
      savedAt.value = draft.saved_at
      error.value = null
      dirty.value = saved !== revision
    } catch (cause) {
      error.value = cause
      if (!closed) later(RETRY_MS)
    }
  }

  /** Saves what is not saved yet, one request after the other, so that an older form never overtakes a newer one. */
  async function save(): Promise<void> {
    clearTimeout(timer)
    if (running) await running
    if (closed || saved === revision) return
    running ??= send().finally(() => (running = null))
    await running
    if (saved !== revision && error.value === null) await save()
  }

  function touch(): void {
    if (closed) return
    revision += 1
    dirty.value = true
    later(PAUSE_MS)
  }

  /** Saves now; says whether nothing would be lost. What is finished needs no draft. */
  async function flush(): Promise<boolean> {
    await save()
    return closed || saved === revision
  }

  /** Takes over what was read from the disk. */
  function opened(at: string | null): void {
    savedAt.value = at
  }

  /** The form is finished: nothing of it may be written again. */
  async function close(): Promise<void> {
    closed = true
    clearTimeout(timer)
    if (running) await running
  }

  /** The finishing failed after all. */
  function reopen(): void {
    closed = false
    if (saved !== revision) later(0)
  }

  function leaving(): void {
    // Nobody may be there any more to await an earlier request.
    if (document.visibilityState === 'hidden' && !closed && saved !== revision) void send()
  }
  function gone(): void {
    if (!closed && saved !== revision) void send()
  }

  document.addEventListener('visibilitychange', leaving)
  window.addEventListener('pagehide', gone)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', leaving)
    window.removeEventListener('pagehide', gone)
    clearTimeout(timer)
    gone()
  })

  return { savedAt, dirty, error, touch, flush, opened, close, reopen }
}
