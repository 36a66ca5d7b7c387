import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue'
import { call } from '@/host'
import type { ComparedPosition } from '@/wire/ComparedPosition'
import type { Position } from '@/wire/Position'

const PAUSE_MS = 250

/** How a position lies to a site on record, asked anew when either changes; an earlier answer never stays. */
export function useCompared(position: Ref<Position | null>, site: () => string | null) {
  const compared = shallowRef<ComparedPosition | null>(null)
  const error = ref<unknown>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function ask(at: Position, of: string): Promise<void> {
    const mine = asked
    try {
      const reply = await call('positions.compare', { position: at, site: of })
      if (mine === asked) compared.value = reply
    } catch (cause) {
      if (mine === asked) error.value = cause
    }
  }

  watch(
    () => JSON.stringify([position.value, site()]),
    () => {
      asked += 1
      clearTimeout(timer)
      compared.value = null
      error.value = null
      const [at, of] = [position.value, site()]
      if (at !== null && of !== null) timer = setTimeout(() => void ask(at, of), PAUSE_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    asked += 1
    clearTimeout(timer)
  })

  return { compared, error }
}
