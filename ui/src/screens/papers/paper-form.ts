import { useQuasar } from 'quasar'
import { computed, nextTick, ref, shallowRef, watch } from 'vue'
import { useAutosave } from '@/composables/autosave'
import { useSafeLeave } from '@/composables/leave'
import { useWords } from '@/composables/words'
import { emptyPlace } from '@/format/place-input'
import { day } from '@/format/time'
import { call } from '@/host'
import { useFormParts } from '@/screens/inspection/form-parts'
import { noPhotos } from '@/screens/inspection/photo-form'
import { plainNote } from '@/screens/inspection/photo-notes'
import { useFormPhotos } from '@/screens/inspection/photos'
import { useCamera } from '@/stores/camera'
import { useDrafts } from '@/stores/drafts'
import type { DossierView } from '@/wire/DossierView'
import type { EnforcementStep } from '@/wire/EnforcementStep'
import { newPaper, type PaperDraft, parsePaper, tickIds, withProblems } from './paper-draft'

const UNDO_MS = 6000

/** A paper being written: read, kept on the disk, and filled in anew where it follows the record. */
export function usePaperForm(id: string, site: string, step: EnforcementStep) {
  const $q = useQuasar()
  const { t, plural } = useWords()
  const drafts = useDrafts()
  const camera = useCamera()

  const form = ref<PaperDraft | null>(null)
  const dossier = shallowRef<DossierView | null>(null)
  const continued = ref('')
  const loadError = ref<unknown>(null)
  /** So many photos were found again after the program was closed over the camera. */
  const found = ref(0)

  const autosave = useAutosave(() => ({ id, kind: 'paper' as const, site, body: JSON.stringify(form.value) }))
  useSafeLeave(autosave)
  const own = (): ReadonlySet<string> => (form.value ? tickIds(form.value.ticks) : new Set())
  const photos = useFormPhotos(id, () => form.value ?? noPhotos(), autosave.touch, own)
  const parts = useFormParts({ id, form, dossier, photos, autosave })

  let untouched = ''
  /** All but a position that the device gave by itself. */
  const contents = (): string => JSON.stringify({ ...form.value, place: form.value?.place.fix === null ? form.value.place : emptyPlace() })
  /** What was only filled in from the record makes no draft. */
  const worthKeeping = (): boolean => autosave.savedAt.value !== null || contents() !== untouched

  /** What the camera left when the program was closed over it; the host has put it into the form already. */
  function takeFound(): void {
    const mine = camera.recovered.filter(({ draft }) => draft === id)
    for (const { photo } of mine) photos.found(photo)
    found.value += mine.length
    if (mine.length > 0) $q.notify({ message: plural('papers.form.found', mine.length), timeout: UNDO_MS })
    if (mine.length > 0 || form.value?.awaiting) {
      if (form.value) form.value.awaiting = null
      autosave.touch()
    }
    camera.seen(id)
  }
  watch(
    () => camera.recovered,
    (all) => (form.value && all.some(({ draft }) => draft === id) ? takeFound() : undefined),
  )

  async function open(): Promise<void> {
    loadError.value = null
    try {
      await camera.recover()
      const [draft, record] = await Promise.all([drafts.find(id), call('sites.dossier', { site })])
      dossier.value = record
      form.value = (draft ? parsePaper(draft.body) : null) ?? newPaper(step, record, day(new Date()))
      continued.value = draft?.saved_at ?? ''
      photos.opened(draft?.photos ?? [])
      autosave.opened(draft?.saved_at ?? null)
      takeFound()
    } catch (cause) {
      loadError.value = cause
      return
    }
    untouched = contents()
    watch(form, () => (worthKeeping() ? autosave.touch() : undefined), { deep: true })
    await nextTick()
  }

  function choose(problems: string[]): void {
    if (form.value && dossier.value) form.value = withProblems(form.value, dossier.value, problems, day(new Date()))
  }

  /** Writes a text anew; what stood there can be had back. */
  function rewrite(field: 'facts' | 'requirements', text: string): void {
    if (!form.value) return
    const before = form.value[field]
    form.value[field] = text
    $q.notify({
      message: t('papers.form.rewritten'),
      timeout: UNDO_MS,
      actions: [{ label: t('common.undo'), noCaps: true, handler: () => (form.value ? (form.value[field] = before) : undefined) }],
    })
  }

  /** The photos that no tick has a place for. */
  const loose = computed(() => photos.photos.value.filter(({ hash }) => !own().has(photos.note(hash).problem ?? '')))
  return { form, dossier, continued, loadError, found, loose, autosave, photos, parts, open, choose, rewrite, note: plainNote }
}

export type PaperForm = ReturnType<typeof usePaperForm>
