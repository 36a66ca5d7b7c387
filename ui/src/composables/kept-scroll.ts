import { onScopeDispose, type Ref, watch } from 'vue'

const KEY = 'village-ledger.scroll'
const PAUSE_MS = 250
/** After that somebody begins anew at the top. */
const KEPT_MS = 3_600_000

interface Kept {
  screen: string
  top: number
  at: number
}

function read(): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Kept | null
    return kept !== null && typeof kept.top === 'number' && typeof kept.at === 'number' ? kept : null
  } catch {
    return null
  }
}

/** Remembers how far a screen was scrolled, also over the end of the program. One screen at a time: the last. */
export function useKeptScroll(pane: Ref<HTMLElement | null>, screen: () => string) {
  let pause: ReturnType<typeof setTimeout> | undefined

  function write(): void {
    clearTimeout(pause)
    if (!pane.value || screen() === '') return
    try {
      localStorage.setItem(KEY, JSON.stringify({ screen: screen(), top: pane.value.scrollTop, at: Date.now() }))
    } catch {
      // Without storage it begins at the top.
    }
  }
  function scrolled(): void {
    clearTimeout(pause)
    pause = setTimeout(write, PAUSE_MS)
  }

  /** Goes back to where the screen was, once everything that gives it its height is there. */
  function restore(): void {
    const kept = read()
    if (kept !== null && kept.screen !== '' && kept.screen === screen() && Date.now() - kept.at < KEPT_MS && pane.value) pane.value.scrollTop = kept.top
  }

  watch(pane, (now, before) => {
    before?.removeEventListener('scroll', scrolled)
    now?.addEventListener('scroll', scrolled, { passive: true })
  })
  onScopeDispose(() => clearTimeout(pause))

  return { restore }
}
