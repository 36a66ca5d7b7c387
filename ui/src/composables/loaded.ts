import { onScopeDispose, ref, shallowRef } from 'vue'

/** One value that is read, with its error; an earlier reply never replaces a later one. */
export function useLoaded<T>(read: () => Promise<T>) {
  const value = shallowRef<T | null>(null)
  const error = ref<unknown>(null)
  const loading = ref(false)
  let asked = 0

  async function load(): Promise<void> {
    asked += 1
    const mine = asked
    loading.value = true
    error.value = null
    try {
      const reply = await read()
      if (mine === asked) value.value = reply
    } catch (cause) {
      if (mine === asked) error.value = cause
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  onScopeDispose(() => (asked += 1))
  return { value, error, loading, load }
}
