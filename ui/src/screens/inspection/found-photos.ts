import { useQuasar } from 'quasar'
import { type Ref, ref, watch } from 'vue'
import type { useAutosave } from '@/composables/autosave'
import { useWords } from '@/composables/words'
import { useCamera } from '@/stores/camera'
import type { PhotoForm } from './photo-form'
import type { FormPhotos } from './photos'

const TOLD_MS = 6000

interface Form {
  id: string
  form: Ref<PhotoForm | null>
  photos: FormPhotos
  autosave: ReturnType<typeof useAutosave>
}

/** What the camera left when the program was closed over it; the host has put it into the form already. */
export function useFoundPhotos({ id, form, photos, autosave }: Form) {
  const $q = useQuasar()
  const { plural } = useWords()
  const camera = useCamera()
  /** So many photos were found again after the program was closed over the camera. */
  const found = ref(0)

  /** Takes what was found into the form; once when it is opened, and again when more is found. */
  function takeFound(): void {
    const mine = camera.recovered.filter(({ draft }) => draft === id)
    for (const { photo } of mine) photos.found(photo)
    found.value += mine.length
    // The form comes back scrolled as it was, perhaps away from the photos.
    if (mine.length > 0) $q.notify({ message: plural('inspection.photos_found', mine.length), timeout: TOLD_MS })
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

  return { found, takeFound }
}
