import { computed, reactive, type Ref, ref, watch } from 'vue'
import { call, host } from '@/host'
import type { PhotoView } from '@/wire/PhotoView'

/** Photos whose bytes came while the program ran, so that no screen has to be read again for them. */
const arrived = reactive(new Set<string>())

export const isHere = ({ present, photo }: PhotoView): boolean => present || arrived.has(photo.hash)

/** The bytes of the photo that is looked at: on a device they are fetched when they are not here. */
export function useFullPhoto(view: Ref<PhotoView | undefined>) {
  const fetching = ref(false)
  const error = ref<unknown>(null)
  const here = computed(() => view.value !== undefined && isHere(view.value))
  let asked = 0

  async function fetchFull(): Promise<void> {
    const wanted = view.value
    if (host.kind !== 'device' || wanted === undefined || isHere(wanted)) return
    asked += 1
    const mine = asked
    const { hash } = wanted.photo
    fetching.value = true
    error.value = null
    try {
      await call('photos.fetch', { hash })
      arrived.add(hash)
    } catch (cause) {
      if (mine === asked) error.value = cause
    } finally {
      if (mine === asked) fetching.value = false
    }
  }

  watch(
    () => view.value?.photo.hash,
    () => {
      asked += 1
      fetching.value = false
      error.value = null
      void fetchFull()
    },
    { immediate: true },
  )

  return { here, fetching, error, fetchFull }
}
