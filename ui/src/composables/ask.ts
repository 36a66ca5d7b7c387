import { ref } from 'vue'

/** What stands behind a dialog that asks once: it is open until what it asks about was done, and says why it was not. */
export function useAsk(work: () => Promise<void>) {
  const asking = ref(false)
  const busy = ref(false)
  const failed = ref<unknown>(null)

  function ask(): void {
    failed.value = null
    asking.value = true
  }
  async function act(): Promise<void> {
    if (busy.value) return
    busy.value = true
    failed.value = null
    try {
      await work()
      asking.value = false
    } catch (cause) {
      failed.value = cause
    } finally {
      busy.value = false
    }
  }

  return { asking, busy, failed, ask, act }
}
