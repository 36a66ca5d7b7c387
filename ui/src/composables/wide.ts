import { useQuasar } from 'quasar'
import { computed } from 'vue'

/** Whether there is room for a rail, and for a list beside its detail. */
export function useWide() {
  const $q = useQuasar()
  return computed(() => $q.screen.width >= 1024)
}
