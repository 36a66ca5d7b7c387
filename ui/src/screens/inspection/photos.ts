import { useQuasar } from 'quasar'
import { computed, onScopeDispose, reactive, ref, shallowRef } from 'vue'
import { useWords } from '@/composables/words'
import { call, CallError, host } from '@/host'
import { useSession } from '@/stores/session'
import type { AttachedPhoto } from '@/wire/AttachedPhoto'
import type { InspectionDraft } from './inspection-draft'

const AT_ONCE = 2
const UNDO_MS = 6000

/** A photo on its way in, or one that could not be taken in. */
export interface Incoming {
  key: number
  file: File
  problem: string | null
  preview: string
  share: number
  sending: boolean
  error: unknown
}

/** The photos of one form. Each comes in by itself, so that one that fails never takes another with it. */
export function useFormPhotos(draft: string, form: () => InspectionDraft, touched: () => void) {
  const $q = useQuasar()
  const { t } = useWords()
  const session = useSession()
  const attached = shallowRef<AttachedPhoto[]>([])
  const incoming = ref<Incoming[]>([])
  const detaching = new Map<string, ReturnType<typeof setTimeout>>()
  const waiting: Incoming[] = []
  let running = 0
  let lastKey = 0

  const photos = computed(() => attached.value.filter(({ hash }) => !form().removed.includes(hash)))
  const sending = computed(() => incoming.value.filter((one) => one.error === null).length)
  const failed = computed(() => incoming.value.length - sending.value)

  function tooLarge(file: File): boolean {
    const limit = session.session?.upload_limit ?? 0
    return limit > 0 && file.size > limit
  }

  function drop(item: Incoming): void {
    URL.revokeObjectURL(item.preview)
    incoming.value = incoming.value.filter(({ key }) => key !== item.key)
  }

  async function take(item: Incoming): Promise<void> {
    item.sending = true
    try {
      if (tooLarge(item.file)) {
        throw new CallError({ code: 'photo', message: 'too many bytes', field: null, reason: 'too_many_bytes' })
      }
      const upload = await host.upload(item.file, (share) => (item.share = share))
      const photo = await call('photos.attach', { upload, draft })
      const known = attached.value.some(({ hash }) => hash === photo.hash)
      if (known && !form().removed.includes(photo.hash)) $q.notify({ message: t('inspection.photo_duplicate') })
      keep(photo.hash)
      if (!known) attached.value = [...attached.value, photo]
      if (item.problem !== null) form().shows[photo.hash] = item.problem
      drop(item)
      touched()
    } catch (cause) {
      item.error = cause
    } finally {
      item.sending = false
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

  function add(files: Iterable<File>, problem: string | null): void {
    for (const file of files) {
      lastKey += 1
      const preview = URL.createObjectURL(file)
      const item = reactive({ key: lastKey, file, problem, preview, share: 0, sending: false, error: null }) as Incoming
      incoming.value.push(item)
      waiting.push(item)
    }
    pump()
  }

  function retry(item: Incoming): void {
    item.error = null
    item.share = 0
    waiting.push(item)
    pump()
  }

  function keep(hash: string): void {
    clearTimeout(detaching.get(hash))
    detaching.delete(hash)
    form().removed = form().removed.filter((one) => one !== hash)
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
    form().removed.push(hash)
    detaching.set(
      hash,
      setTimeout(() => void detach(hash), UNDO_MS),
    )
    $q.notify({
      message: t('inspection.photo_removed'),
      timeout: UNDO_MS,
      actions: [{ label: t('common.undo'), noCaps: true, handler: () => keep(hash) }],
    })
  }

  function opened(photosOfDraft: AttachedPhoto[]): void {
    attached.value = photosOfDraft
    for (const hash of form().removed) void detach(hash)
  }

  onScopeDispose(() => {
    for (const hash of detaching.keys()) void detach(hash)
    for (const item of incoming.value) URL.revokeObjectURL(item.preview)
  })

  return { photos, incoming, sending, failed, add, retry, dismiss: drop, remove, opened, touched }
}

export type FormPhotos = ReturnType<typeof useFormPhotos>
