import { useQuasar } from 'quasar'
import { computed, onMounted, ref, watch } from 'vue'
import type { Missing } from '@/components/FormFoot.vue'
import { useLoaded } from '@/composables/loaded'
import { useReturnTo } from '@/composables/return-to'
import { useWords } from '@/composables/words'
import { call } from '@/host'
import { useSession } from '@/stores/session'
import type { DossierView } from '@/wire/DossierView'

interface Finish {
  /** Where it is written. */
  site: () => string
  /** What is missing, once somebody has tried to finish. */
  missing: () => Missing[]
  /** Writes it, and gives what is said afterwards. */
  write: () => Promise<string>
  /** Looks at a refusal; true where it has said all that there is to say. */
  refused?: (cause: unknown) => Promise<boolean>
}

/** What short forms about one site have in common: the dossier, what is missing, one press, and back to the dossier. */
export function usePlanForm({ site, missing, write, refused }: Finish) {
  const $q = useQuasar()
  const returnTo = useReturnTo()
  const session = useSession()
  const { t } = useWords()
  const dossier = useLoaded(() => call('sites.dossier', { site: site() }))
  const pressed = ref(false)
  const busy = ref(false)
  const failed = ref<unknown>(null)

  onMounted(dossier.load)

  const needs = computed<Missing[]>(() => {
    if (!pressed.value) return []
    const person = session.person.trim() === '' ? [{ part: 'person', text: t('problems.form.need.person') }] : []
    return [...person, ...missing()]
  })
  // All of it is there: what is missing from what comes later is told when finishing is tried again.
  watch(needs, (list) => {
    if (list.length === 0) pressed.value = false
  })

  async function finish(): Promise<void> {
    if (busy.value) return
    pressed.value = true
    failed.value = null
    if (needs.value.length > 0) return
    busy.value = true
    try {
      $q.notify({ message: await write() })
      await returnTo({ name: 'sites', params: { site: site() } })
    } catch (cause) {
      if (!(await refused?.(cause))) failed.value = cause
    } finally {
      busy.value = false
    }
  }

  const view = computed<DossierView | null>(() => dossier.value.value)
  return { dossier: view, loadError: dossier.error, load: dossier.load, needs, busy, failed, finish }
}
