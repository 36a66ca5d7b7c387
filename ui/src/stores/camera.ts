import { defineStore } from 'pinia'
import { v7 as uuid } from 'uuid'
import { ref } from 'vue'
import { call, host } from '@/host'
import type { AttachedPhoto } from '@/wire/AttachedPhoto'
import type { IntakeOptions } from '@/wire/IntakeOptions'
import type { RecoveredPhoto } from '@/wire/RecoveredPhoto'

/** The camera app of a device, which the system may give all the memory to. An office has none. */
export const useCamera = defineStore('camera', () => {
  /** Photos that were found again since the program began, until somebody has seen them. */
  const recovered = ref<RecoveredPhoto[]>([])
  /** The opening of the camera that is under way. */
  const opened = ref<string | null>(null)
  let asking: Promise<void> | null = null
  let watching = false

  async function ask(): Promise<void> {
    try {
      const found = await call('camera.recover', {})
      if (found.length > 0) recovered.value = [...recovered.value, ...found]
    } catch {
      // The photos stay where they are; it is asked again when the program comes back to the front.
    }
  }

  /** Looks for photos that were taken while the program was closed. */
  function recover(): Promise<void> {
    if (host.kind !== 'device') return Promise.resolve()
    asking ??= ask().finally(() => (asking = null))
    return asking
  }

  function watch(): void {
    if (watching || host.kind !== 'device') return
    watching = true
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void recover()
    })
    void recover()
  }

  function seen(draft: string): void {
    recovered.value = recovered.value.filter((photo) => photo.draft !== draft)
  }

  /** Writes down which form the camera is opened for. */
  async function expect(draft: string, problem: string | null, options: IntakeOptions): Promise<void> {
    const id = uuid()
    if (host.kind === 'device') await call('camera.expect', { id, draft, problem, options })
    opened.value = id
  }

  /** The opening of the camera that just ended; from now on it belongs to whoever asks. */
  function returned(): string | null {
    const id = opened.value
    opened.value = null
    return id
  }

  async function done(id: string | null): Promise<void> {
    if (host.kind !== 'device' || id === null) return
    try {
      await call('camera.done', { id })
    } catch {
      // What is still noted is found to be nothing at the next start.
    }
  }

  /** The photo that the camera left in its folder; `null` where it has to be handed over. */
  async function take(file: File, draft: string, options: IntakeOptions): Promise<AttachedPhoto | null> {
    if (host.kind !== 'device' || file.name === '') return null
    return call('camera.take', { file_name: file.name, bytes: file.size, draft, options })
  }

  return { recovered, opened, recover, watch, seen, expect, returned, done, take }
})
