import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { call, host, onWritten } from '@/host'
import type { Enrol } from '@/wire/Enrol'
import type { SyncStatus } from '@/wire/SyncStatus'

const RUNNING_MS = 400
const RESTING_MS = 5000

/** Where sync stands, asked as long as the device's window can be seen. */
export const useSync = defineStore('sync', () => {
  const status = ref<SyncStatus | null>(null)
  const error = ref<unknown>(null)
  /** Counts the syncs that ended, so that screens can read again what may have changed. */
  const ended = ref(0)
  const running = computed(() => status.value !== null && status.value.phase !== 'idle')
  let timer: ReturnType<typeof setTimeout> | undefined
  let watching = false

  function take(next: SyncStatus): void {
    const wasRunning = running.value
    const before = status.value
    status.value = next
    error.value = null
    const elsewhere = !running.value && (before?.last_success_at !== next.last_success_at || before?.error_at !== next.error_at)
    if (wasRunning ? !running.value : elsewhere) ended.value += 1
    schedule()
  }

  function schedule(): void {
    clearTimeout(timer)
    if (!watching || document.hidden) return
    timer = setTimeout(() => void refresh(), running.value ? RUNNING_MS : RESTING_MS)
  }

  async function refresh(): Promise<void> {
    if (host.kind !== 'device') return
    try {
      take(await call('sync.status', {}))
    } catch (cause) {
      error.value = cause
      schedule()
    }
  }

  function watchStatus(): void {
    if (watching || host.kind !== 'device') return
    watching = true
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) clearTimeout(timer)
      else void refresh()
    })
    // What was recorded a moment ago is not verified.
    onWritten(() => void refresh())
    void refresh()
  }

  const start = async (): Promise<void> => take(await call('sync.start', {}))
  const stop = async (): Promise<void> => take(await call('sync.stop', {}))
  const enrol = async (invitation: Enrol): Promise<void> => take(await call('sync.enrol', invitation))
  const disconnect = async (): Promise<void> => take(await call('sync.disconnect', {}))

  return { status, error, ended, running, refresh, watchStatus, start, stop, enrol, disconnect }
})
