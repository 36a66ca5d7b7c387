import { onBeforeUnmount, onMounted, ref } from 'vue'
import { host } from '@/host'
import { canPrint } from './can-print'

/** So long a print window may take to answer. */
const ANSWER_MS = 2500
/** So long photos on the page are waited for. */
const PHOTOS_MS = 8000

async function arrived(pictures: readonly HTMLImageElement[]): Promise<void> {
  const all = Promise.all(pictures.map((picture) => (picture.complete ? Promise.resolve() : picture.decode().catch(() => undefined))))
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, PHOTOS_MS))])
}

/** Prints what stands on the screen of a paper, and notices where no print window opens. */
export function usePrint(title: () => string) {
  const possible = canPrint(host.kind, navigator.userAgent, window.print)
  const preparing = ref(false)
  const failed = ref(false)
  let opened = false
  const before = document.title

  const begun = (): void => {
    opened = true
    failed.value = false
  }
  onMounted(() => {
    window.addEventListener('beforeprint', begun)
    document.documentElement.classList.add('prints-paper')
  })
  onBeforeUnmount(() => {
    window.removeEventListener('beforeprint', begun)
    document.documentElement.classList.remove('prints-paper')
    document.title = before
  })

  async function print(root: HTMLElement | null): Promise<void> {
    preparing.value = true
    failed.value = false
    opened = false
    await arrived([...(root?.querySelectorAll('img') ?? [])])
    preparing.value = false
    // A browser proposes the title as the name of the file.
    document.title = title()
    try {
      window.print()
    } catch {
      failed.value = true
      return
    }
    setTimeout(() => {
      if (!opened) failed.value = true
    }, ANSWER_MS)
  }

  return { possible, preparing, failed, print }
}
