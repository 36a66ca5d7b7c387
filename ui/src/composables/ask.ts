import { ref } from 'vue'
import { useWork } from './work'

/** What stands behind a dialog that asks once: it is open until what it asks about was done, and says why it was not. */
export function useAsk(work: () => Promise<void>) {
  const asking = ref(false)
  const { busy, failed, run } = useWork()

  function ask(): void {
    failed.value = null
    asking.value = true
  }
  async function act(): Promise<void> {
    if (await run(work)) asking.value = false
  }

  return { asking, busy, failed, ask, act }
}
