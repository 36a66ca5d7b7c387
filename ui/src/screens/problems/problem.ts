import { computed, onMounted, watch } from 'vue'
import { useLoaded } from '@/composables/loaded'
import { useReceipts } from '@/composables/receipts'
import { call } from '@/host'
import { useSync } from '@/stores/sync'

/** One problem with the dossier that it stands in, read again after each sync. */
export function useProblem(of: () => { site: string; problem: string }) {
  const sync = useSync()
  useReceipts(() => of().site)
  const dossier = useLoaded(() => call('sites.dossier', { site: of().site }))
  /** Not while the dossier of another site is still shown. */
  const read = computed(() => (dossier.value.value?.id === of().site ? dossier.value.value : null))
  const view = computed(() => read.value?.problems.find(({ problem }) => problem.id === of().problem) ?? null)

  onMounted(dossier.load)
  watch(() => sync.ended, dossier.load)
  watch(() => of().site, dossier.load)

  return { dossier: read, view, error: dossier.error, load: dossier.load }
}
