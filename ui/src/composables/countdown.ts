import { computed, onScopeDispose, ref } from 'vue'

const TICK_MS = 250

/** Whole seconds until a moment, rounded up; 0 once it has come. */
export const secondsUntil = (moment: number, now: number): number => Math.max(0, Math.ceil((moment - now) / 1000))

/** Counts seconds down. By the clock, so that it is right after the machine slept. */
export function useCountdown() {
  const until = ref(0)
  const now = ref(Date.now())
  let timer: ReturnType<typeof setInterval> | undefined

  const left = computed(() => secondsUntil(until.value, now.value))
  function start(seconds: number): void {
    clearInterval(timer)
    now.value = Date.now()
    until.value = now.value + seconds * 1000
    timer = setInterval(() => {
      now.value = Date.now()
      if (left.value === 0) clearInterval(timer)
    }, TICK_MS)
  }

  onScopeDispose(() => clearInterval(timer))
  return { left, start }
}
