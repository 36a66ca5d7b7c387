import { computed, type ComputedRef, inject, type InjectionKey, onMounted, provide, watch } from 'vue'
import { call, host } from '@/host'
import { useSync } from '@/stores/sync'
import type { SyncReceipt } from '@/wire/SyncReceipt'
import { useLoaded } from './loaded'

type PhotoReceipts = ComputedRef<ReadonlyMap<string, SyncReceipt>>
const PHOTOS: InjectionKey<PhotoReceipts> = Symbol('receipts of photos')

/**
 * How sure it is that the office has a site's record and photos, asked again after each sync; the photos beneath are
 * told too. Only a device asks: at the office there is nothing to be unsure of.
 */
export function useReceipts(site: () => string) {
  const sync = useSync()
  const loaded = useLoaded(() => call('sync.receipts', { site: site() }))
  /** Nothing where it could not be read: what is not known is not claimed. */
  const receipts = computed(() => (loaded.error.value === null ? loaded.value.value : null))
  const photos: PhotoReceipts = computed(() => new Map((receipts.value?.photos ?? []).map(({ hash, receipt }) => [hash, receipt])))
  provide(PHOTOS, photos)

  const load = (): Promise<void> => (host.kind === 'device' ? loaded.load() : Promise.resolve())
  onMounted(load)
  watch(site, () => {
    loaded.value.value = null
    void load()
  })
  // Also while it runs: photos arrive one by one.
  watch([() => sync.ended, () => sync.status?.unsent_photos, () => sync.status?.unsent_changes], load)
  return { receipts, load }
}

/** Of the photos of the site that is shown; nothing is known of them where nobody asked. */
export function usePhotoReceipts(): (hash: string) => SyncReceipt | null {
  const photos = inject(PHOTOS, null)
  return (hash) => photos?.value.get(hash) ?? null
}
