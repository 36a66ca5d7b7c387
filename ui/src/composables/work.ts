import { ref } from 'vue'

/** Work that somebody asks for with a button: once at a time, and what went wrong with it last. */
export function useWork() {
  const busy = ref(false)
  const failed = ref<unknown>(null)

  /** Says whether it was done. A second press changes nothing. */
  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    failed.value = null
    try {
      await work()
      return true
    } catch (cause) {
      failed.value = cause
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, failed, run }
}
