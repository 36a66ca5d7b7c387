import { onScopeDispose, shallowRef } from 'vue'
import type { Meaning } from '@/components/meaning'

/** The tokens of the theme in force, for what is drawn on a canvas, where CSS does not reach. */
export interface Palette {
  ink: string
  quiet: string
  paper: string
  ground: string
  line: string
  action: string
  onFill: string
  overdueFill: string
  meaning: Record<Meaning, string>
  font: string
  dark: boolean
  /** Lines are drawn so much heavier than in the light theme. */
  weight: number
}

function read(): Palette {
  const root = document.documentElement
  const style = getComputedStyle(root)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    ink: token('ink'),
    quiet: token('quiet'),
    paper: token('paper'),
    ground: token('ground'),
    line: token('line'),
    action: token('action'),
    onFill: token('on-fill'),
    overdueFill: token('overdue-fill'),
    meaning: {
      clean: token('clean'),
      upgrade: token('upgrade'),
      relocate: token('relocate'),
      shut_down: token('shut-down'),
      unjudged: token('quiet'),
      overdue: token('overdue-fill'),
      conflict: token('conflict'),
    },
    font: token('font'),
    dark: root.classList.contains('theme-dark'),
    weight: root.classList.contains('theme-outdoor') ? 1.5 : 1,
  }
}

/** Changes when the theme does. */
export function usePalette() {
  const palette = shallowRef(read())
  const watching = new MutationObserver(() => (palette.value = read()))
  watching.observe(document.documentElement, { attributes: true, attributeFilter: ['class'] })
  onScopeDispose(() => watching.disconnect())
  return palette
}
