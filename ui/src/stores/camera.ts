import { defineStore } from 'pinia'
import { ref } from 'vue'
import { call, host } from '@/host'
import type { AttachedPhoto } from '@/wire/AttachedPhoto'
import type { IntakeOptions } from '@/wire/IntakeOptions'
import type { RecoveredPhoto } from '@/wire/RecoveredPhoto'

/** The camera app of a device, which the system may give all the memory to. An office has none. */
export const useCamera = defineStore('camera', () => {
  /** Photos that were found again since the program began, until somebody has seen them. */
  const recovered = ref<RecoveredPhoto[]>([])
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
  async function expect(draft: string, problem: string | null): Promise<void> {
    if (host.kind === 'device') await call('camera.expect', { draft, problem })
  }

  async function done(): Promise<void> {
    if (host.kind !== 'device') return
    try {
      await call('camera.done', {})
    } catch {
      // What is still noted is found to be nothing at the next start.
    }
  }

  /** The photo that the camera left in its folder; `null` where it has to be handed over. */
  async function take(file: File, draft: string, options: IntakeOptions): Promise<AttachedPhoto | null> {
    if (host.kind !== 'device' || file.name === '') return null
    return call('camera.take', { file_name: file.name, bytes: file.size, draft, options })
  }

  return { recovered, recover, watch, seen, expect, done, take }
})
