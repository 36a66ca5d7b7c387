import { useQuasar } from 'quasar'
import { ref } from 'vue'
import { call, host } from '@/host'
import { photoCode } from '@/format/photo'
import { count } from '@/format/number'
import { useWords } from './words'

/** Whether the platform can hand a file to another program. */
const canShareFiles = (): boolean => {
  if (typeof navigator.canShare !== 'function') return false
  return navigator.canShare({ files: [new File([''], 'photo.jpg', { type: 'image/jpeg' })] })
}

/** Photos of a site as files: saved, or handed to another program; stamped or clean. */
export function usePhotoFiles() {
  const $q = useQuasar()
  const { t, plural, say } = useWords()
  const busy = ref(false)
  const sharing = canShareFiles()

  async function attempt(work: () => Promise<string | null>): Promise<void> {
    busy.value = true
    try {
      const said = await work()
      if (said !== null) $q.notify({ message: said })
    } catch (cause) {
      $q.notify({ message: say(cause), timeout: 8000 })
    } finally {
      busy.value = false
    }
  }

  /** One photo, or all of the site where none is named; `expected` is how many there are. */
  function save(site: string, hashes: string[], stamped: boolean, expected = hashes.length): Promise<void> {
    return attempt(async () => {
      const file = await call('photos.export', { site, photos: hashes, stamped })
      const { path } = await host.download(file.id)
      const name = path ?? file.file_name
      if (file.rows < expected) return plural('photos.viewer.saved_some', file.rows, { name, absent: count(expected - file.rows) })
      return path === null ? t('photos.viewer.saved', { name }) : t('photos.viewer.saved_to', { path })
    })
  }

  function share(hash: string, stamped: boolean): Promise<void> {
    return attempt(async () => {
      const reply = await fetch(stamped ? host.stampedUrl(hash) : host.photoUrl(hash))
      if (!reply.ok) return t('photos.viewer.unreadable')
      const file = new File([await reply.blob()], `${photoCode(hash)}.jpg`, { type: 'image/jpeg' })
      try {
        await navigator.share({ files: [file] })
      } catch (cause) {
        // A person who thinks better of it made no mistake.
        if (!(cause instanceof DOMException && cause.name === 'AbortError')) return t('photos.viewer.share_failed')
      }
      return null
    })
  }

  return { busy, sharing, save, share }
}
