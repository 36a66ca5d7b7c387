import { useQuasar } from 'quasar'
import { computed, onScopeDispose, reactive, ref, shallowRef } from 'vue'
import { useWords } from '@/composables/words'
import { call, CallError, host } from '@/host'
import { useCamera } from '@/stores/camera'
import { useSession } from '@/stores/session'
import { useSettings } from '@/stores/settings'
import type { AttachedPhoto } from '@/wire/AttachedPhoto'
import type { IntakeOptions } from '@/wire/IntakeOptions'
import { type PhotoForm, withMarks } from './photo-form'
import { foundNote, noteOf, type PhotoNote, withSketches } from './photo-notes'

const AT_ONCE = 2
const UNDO_MS = 6000
/** A drawing is as large as what it was drawn on, whatever the setting says by now. */
const AS_IT_IS: IntakeOptions = { long_side: 8000, keep_original: false }

/** A photo on its way in, or one that could not be taken in. */
export interface Incoming {
  key: number
  file: File
  note: PhotoNote
  /** The camera app made it for this form. */
  captured: boolean
  /** The opening of the camera that it came from. */
  opening: string | null
  /** Made when its turn comes, so that ten photos are not decoded at once. */
  preview: string
  share: number
  state: 'waiting' | 'sending' | 'storing' | 'failed'
  error: unknown
  cancel: AbortController
}

/** What became of the photos that were chosen last. */
export interface Tally {
  chosen: number
  stored: number
  known: number
  cancelled: number
}

const nothing = (): Tally => ({ chosen: 0, stored: 0, known: 0, cancelled: 0 })

/**
 * The photos of one form. Each comes in by itself, so that one that fails never takes another with it. `own` are the
 * problems that are shown as they were found; of any other only after photos are taken.
 */
export function useFormPhotos(draft: string, form: () => PhotoForm, touched: () => void, own: () => ReadonlySet<string>) {
  const $q = useQuasar()
  const { t, plural } = useWords()
  const session = useSession()
  const settings = useSettings()
  const camera = useCamera()
  const attached = shallowRef<AttachedPhoto[]>([])
  const incoming = ref<Incoming[]>([])
  const tally = ref<Tally>(nothing())
  const detaching = new Map<string, ReturnType<typeof setTimeout>>()
  const waiting: Incoming[] = []
  let running = 0
  let lastKey = 0

  const photos = computed(() => attached.value.filter(({ hash }) => !form().removed.includes(hash)))
  const pending = computed(() => incoming.value.filter(({ state }) => state !== 'failed'))
  const sending = computed(() => pending.value.length)
  const failed = computed(() => incoming.value.length - sending.value)
  const note = (hash: string): PhotoNote => noteOf(form().notes, hash)
  /** The number that a photo has in this form, from 1. */
  const numberOf = (hash: string): number => photos.value.findIndex((photo) => photo.hash === hash) + 1

  function tooLarge(file: File): boolean {
    const limit = session.session?.upload_limit ?? 0
    return limit > 0 && file.size > limit
  }

  function drop(item: Incoming): void {
    if (item.preview !== '') URL.revokeObjectURL(item.preview)
    incoming.value = incoming.value.filter(({ key }) => key !== item.key)
  }

  /** How photos are taken in. */
  const intake = computed<IntakeOptions>(() => ({ long_side: settings.photoLongSide, keep_original: settings.keepOriginal }))

  async function attach(item: Incoming): Promise<AttachedPhoto> {
    const options = item.note.sketchOf === null ? intake.value : AS_IT_IS
    const left = item.captured ? await camera.take(item.file, draft, options) : null
    if (left) return left
    const upload = await host.upload(item.file, (share) => (item.share = share), item.cancel.signal)
    item.state = 'storing'
    return call('photos.attach', { upload, draft, options })
  }

  function keepAttached(photo: AttachedPhoto, about: PhotoNote): void {
    const known = attached.value.some(({ hash }) => hash === photo.hash)
    const shown = known && !form().removed.includes(photo.hash)
    if (shown) {
      tally.value.known += 1
      if (tally.value.chosen === 1) $q.notify({ message: t('inspection.photo_duplicate'), timeout: 2500 })
    } else {
      tally.value.stored += 1
    }
    keep([photo.hash])
    if (!known) attached.value = [...attached.value, photo]
    // Chosen again for the whole site, a photo of a problem stays one.
    if (!shown || about.problem !== null) form().notes[photo.hash] = about
    if (about.sketchOf !== null) form().marks = withMarks(form().marks, about.sketchOf, [])
  }

  async function take(item: Incoming): Promise<void> {
    item.state = 'sending'
    item.preview = URL.createObjectURL(item.file)
    try {
      if (tooLarge(item.file)) {
        throw new CallError({ code: 'photo', message: 'too many bytes', field: null, reason: 'too_many_bytes' })
      }
      const photo = await attach(item)
      if (item.cancel.signal.aborted) {
        await discardUnknown(photo.hash)
        return
      }
      keepAttached(photo, item.note)
      drop(item)
      touched()
      if (item.captured) await cameraDone(item.opening)
    } catch (cause) {
      if (item.cancel.signal.aborted) return
      item.state = 'failed'
      item.error = cause
    }
  }

  /** It was cancelled when it could not be stopped any more. */
  async function discardUnknown(hash: string): Promise<void> {
    if (attached.value.some((photo) => photo.hash === hash)) return
    try {
      await call('photos.detach', { draft, hash })
    } catch {
      form().removed.push(hash)
      touched()
    }
  }

  function pump(): void {
    while (running < AT_ONCE) {
      const item = waiting.shift()
      if (!item) return
      running += 1
      void take(item).finally(() => {
        running -= 1
        pump()
      })
    }
  }

  function add(files: readonly File[], about: PhotoNote, captured = false): void {
    if (sending.value === 0) tally.value = nothing()
    tally.value.chosen += files.length
    const opening = captured ? camera.returned() : null
    for (const file of files) {
      lastKey += 1
      const fresh = { key: lastKey, file, note: about, captured, opening, preview: '', share: 0, state: 'waiting' as const, error: null }
      const item = reactive({ ...fresh, cancel: new AbortController() }) as Incoming
      incoming.value.push(item)
      waiting.push(item)
    }
    pump()
  }

  function retry(item: Incoming): void {
    URL.revokeObjectURL(item.preview)
    Object.assign(item, { state: 'waiting', error: null, share: 0, preview: '' })
    waiting.push(item)
    pump()
  }

  function cancel(item: Incoming): void {
    const place = waiting.indexOf(item)
    if (place >= 0) waiting.splice(place, 1)
    item.cancel.abort()
    tally.value.cancelled += 1
    drop(item)
  }

  /** What was taken in already stays. */
  function cancelRest(): void {
    for (const item of pending.value) cancel(item)
  }

  /** Takes the failed one away, so that the form can be finished without it. */
  function dismiss(item: Incoming): void {
    if (item.captured) void cameraDone(item.opening)
    drop(item)
  }

  function keep(hashes: readonly string[]): void {
    for (const hash of hashes) {
      clearTimeout(detaching.get(hash))
      detaching.delete(hash)
    }
    form().removed = form().removed.filter((one) => !hashes.includes(one))
  }

  async function detach(hash: string): Promise<void> {
    clearTimeout(detaching.get(hash))
    detaching.delete(hash)
    try {
      await call('photos.detach', { draft, hash })
      attached.value = attached.value.filter((photo) => photo.hash !== hash)
      form().removed = form().removed.filter((one) => one !== hash)
    } catch {
      // It stays marked as removed, is not recorded, and is taken out when the form is opened again.
    }
  }

  function remove(hash: string): void {
    const gone = withSketches(form().notes, hash).filter((one) => photos.value.some((photo) => photo.hash === one))
    for (const one of gone) {
      form().removed.push(one)
      detaching.set(
        one,
        setTimeout(() => void detach(one), UNDO_MS),
      )
    }
    $q.notify({
      message: plural('inspection.photos_removed', gone.length),
      timeout: UNDO_MS,
      actions: [{ label: t('common.undo'), noCaps: true, handler: () => keep(gone) }],
    })
  }

  /** Photos that were found again belong to the form before it knows what they are for. */
  function found(photo: AttachedPhoto): void {
    if (!attached.value.some(({ hash }) => hash === photo.hash)) attached.value = [...attached.value, photo]
    form().notes[photo.hash] ??= foundNote(photo, form().awaiting, own())
  }

  function opened(photosOfDraft: AttachedPhoto[]): void {
    attached.value = photosOfDraft
    for (const photo of photosOfDraft) if (photo.found_for !== null) found(photo)
    for (const hash of form().removed) void detach(hash)
  }

  async function cameraDone(opening: string | null): Promise<void> {
    // The camera may be open again, for another photo.
    if (camera.opened === null && form().awaiting !== null) form().awaiting = null
    touched()
    await camera.done(opening)
  }

  function cameraLeft(): void {
    void cameraDone(camera.returned())
  }

  onScopeDispose(() => {
    for (const hash of detaching.keys()) void detach(hash)
    cancelRest()
    for (const item of incoming.value) URL.revokeObjectURL(item.preview)
  })

  return { photos, incoming, intake, pending, sending, failed, tally, note, numberOf, add, retry, cancel, cancelRest, dismiss, remove, found, opened, cameraLeft }
}

export type FormPhotos = ReturnType<typeof useFormPhotos>
