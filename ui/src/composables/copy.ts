import { useQuasar } from 'quasar'
import { useWords } from './words'

/** Puts a text where it can be pasted, and says whether that worked. */
export function useCopy() {
  const $q = useQuasar()
  const { t } = useWords()

  return async (text: string, words: 'people.link' | 'devices.code'): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      $q.notify({ message: t(`${words}.copied`) })
    } catch {
      $q.notify({ message: t(`${words}.not_copied`) })
    }
  }
}
