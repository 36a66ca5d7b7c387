import { onBeforeUnmount, onMounted } from 'vue'

const TYPING = 'input, textarea, select, [contenteditable]'
/** What floats above a screen answers to the keys itself. */
const FLOATING = '.q-dialog, .q-menu'

/** Keys that do something wherever the focus is, unless somebody types or something floats above the screen. */
export function useKeys(keys: Record<string, () => void>): void {
  function press(event: KeyboardEvent): void {
    const act = keys[event.key]
    if (!act || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target instanceof Element && event.target.matches(TYPING)) return
    if (document.querySelector(FLOATING)) return
    event.preventDefault()
    act()
  }
  onMounted(() => window.addEventListener('keydown', press))
  onBeforeUnmount(() => window.removeEventListener('keydown', press))
}

const ROW = 'tbody tr, .site-row'

/** Moves the focus from row to row with the arrow keys, and into the rows from what holds them. */
export function moveRows(event: KeyboardEvent): void {
  const down = event.key === 'ArrowDown'
  if ((!down && event.key !== 'ArrowUp') || !(event.target instanceof HTMLElement) || !(event.currentTarget instanceof HTMLElement)) return
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(ROW)].filter((row) => linkOf(row) !== null)
  const here = event.target.closest<HTMLElement>(ROW)
  const next = here === null ? (down ? 0 : -1) : rows.indexOf(here) + (down ? 1 : -1)
  const link = linkOf(rows[next])
  if (!link) return
  event.preventDefault()
  link.focus()
}

export function linkOf(row: HTMLElement | undefined): HTMLElement | null {
  if (!row) return null
  return row.matches('a') ? row : row.querySelector('a')
}
