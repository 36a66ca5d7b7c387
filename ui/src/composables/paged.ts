import { computed, onScopeDispose, ref, shallowRef } from 'vue'

export interface Page<T> {
  items: T[]
  next: string | null
}

/** An endless list: pages follow each other by cursor, and replies to a question no longer asked are dropped. */
export function usePaged<T>(fetchPage: (after: string | null) => Promise<Page<T>>) {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const loading = ref(false)
  const started = ref(false)
  const error = ref<unknown>(null)
  let asked = 0

  async function ask(after: string | null): Promise<void> {
    asked += 1
    const mine = asked
    loading.value = true
    error.value = null
    try {
      const page = await fetchPage(after)
      if (mine !== asked) return
      items.value = after === null ? page.items : items.value.concat(page.items)
      next.value = page.next
      started.value = true
    } catch (cause) {
      if (mine === asked) error.value = cause
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  const restart = (): Promise<void> => ask(null)

  async function more(): Promise<void> {
    if (next.value !== null && !loading.value && error.value === null) await ask(next.value)
  }

  /** Asks again for what failed. */
  const retry = (): Promise<void> => ask(started.value ? next.value : null)

  onScopeDispose(() => (asked += 1))

  return { items, next, loading, started, error, restart, more, retry, ended: computed(() => started.value && next.value === null) }
}
