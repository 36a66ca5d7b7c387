import { useQuasar } from 'quasar'
import { computed, provide, type Ref, ref, type ShallowRef } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import { beforePhotos } from '@/components/photo/pairs'
import type { useAutosave } from '@/composables/autosave'
import { useQueryPart } from '@/composables/query-part'
import { useWords } from '@/composables/words'
import { useCamera } from '@/stores/camera'
import { useSession } from '@/stores/session'
import type { DossierView } from '@/wire/DossierView'
import { FORM_PARTS, type FormParts } from './parts'
import type { PhotoForm } from './photo-form'
import type { PhotoNote } from './photo-notes'
import type { FormPhotos } from './photos'

/** A browser opens no camera for a press that is older than a moment. */
const PRESS_MS = 1000

interface Form {
  id: string
  form: Ref<PhotoForm | null>
  dossier: ShallowRef<DossierView | null>
  photos: FormPhotos
  autosave: ReturnType<typeof useAutosave>
}

/** What covers the form for a while: a photo, the drawing on it, the camera. The form stays as it is underneath. */
export function useFormParts({ id, form, dossier, photos, autosave }: Form) {
  const $q = useQuasar()
  const { t, plural, say } = useWords()
  const session = useSession()
  const camera = useCamera()
  const look = useQueryPart('photo')
  const draw = useQueryPart('sketch')
  const after = useQueryPart('after')
  /** Which before photo was chosen for a problem on record. */
  const compare = ref<Record<string, string>>({})

  const open = computed(() => (dossier.value?.problems ?? []).filter(({ stage }) => stage !== 'closed_out'))
  const ofSite = computed(() => dossier.value?.photos ?? [])

  function afterNote(problem: string): PhotoNote {
    const before = beforePhotos(ofSite.value, problem)
    const last = before[before.length - 1]?.photo.hash ?? null
    return { problem, rectified: true, sketchOf: null, compareWith: compare.value[problem] ?? last }
  }

  function chooseBefore(problem: string, hash: string): void {
    compare.value[problem] = hash
  }

  function refuse(cause: unknown): boolean {
    $q.notify({ message: t('inspection.camera_not_ready', { why: say(cause) }) })
    return false
  }

  async function beforeCamera(note: PhotoNote): Promise<boolean> {
    if (!form.value) return false
    form.value.awaiting = note
    autosave.touch()
    const saving = autosave.flush()
    if (!session.isDevice) {
      await Promise.race([saving, new Promise((resolve) => setTimeout(resolve, PRESS_MS))])
      return true
    }
    if (!(await saving)) return refuse(autosave.error.value)
    try {
      await camera.expect(id, note.problem, photos.intake.value)
      return true
    } catch (cause) {
      return refuse(cause)
    }
  }

  const parts: FormParts = {
    look: (hash) => void look.open(hash),
    draw: (hash) => void draw.open(hash),
    drawnOn: (hash) => (form.value?.marks[hash] ?? []).length > 0,
    // A live picture takes memory too.
    after: (problem) => void autosave.flush().finally(() => void after.open(problem)),
    beforeCamera,
  }
  provide(FORM_PARTS, parts)

  onBeforeRouteLeave(() => {
    if (photos.sending.value === 0) return true
    return new Promise<boolean>((resolve) => {
      $q.dialog({
        title: plural('inspection.leave_photos', photos.sending.value),
        message: t('inspection.leave_photos_hint'),
        ok: { label: t('inspection.leave_photos_ok'), flat: true, noCaps: true, color: 'negative' },
        cancel: { label: t('forms.stay'), unelevated: true, noCaps: true, color: 'primary' },
        persistent: true,
      })
        .onOk(() => resolve(true))
        .onCancel(() => resolve(false))
    })
  })

  return { look, draw, after, open, ofSite, afterNote, chooseBefore }
}

export type OpenFormParts = ReturnType<typeof useFormParts>
