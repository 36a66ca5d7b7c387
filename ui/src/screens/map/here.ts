import { onScopeDispose, ref, shallowRef } from 'vue'
import { useLocate } from '@/composables/locate'
import type { Position } from '@/wire/Position'

/** So long between two fixes: enough for a walk, and sparing of the battery. */
const PAUSE_MS = 4000

/** The place of the device, kept up to date while it is wanted. */
export function useHere() {
  const { locating, failure, locate, stop: stopLocating } = useLocate()
  const position = shallowRef<Position | null>(null)
  const following = ref(false)
  let turn = 0
  let pause: ReturnType<typeof setTimeout> | undefined

  async function follow(mine: number, onFirst: ((fix: Position) => void) | null): Promise<void> {
    const fix = await locate()
    if (mine !== turn) return
    if (fix) {
      position.value = fix
      onFirst?.(fix)
    } else if (position.value === null || failure.value !== 'timeout') {
      return stop()
    }
    pause = setTimeout(() => void follow(mine, null), PAUSE_MS)
  }

  function stop(): void {
    turn += 1
    clearTimeout(pause)
    stopLocating()
    following.value = false
    // A dot that is not kept up to date would say where somebody was.
    position.value = null
  }

  /** Starts, calling back with the first fix, or stops. */
  function toggle(onFirst: (fix: Position) => void): void {
    if (following.value) return stop()
    turn += 1
    following.value = true
    void follow(turn, onFirst)
  }

  onScopeDispose(stop)
  return { position, following, locating, failure, toggle, stop }
}
