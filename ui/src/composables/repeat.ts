import { onMounted, onScopeDispose } from 'vue'

/** Asks at once and again and again, as long as the screen is open and can be seen; never two at a time. */
export function useRepeated(ask: () => Promise<void>, pauseMs: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false
  let asking = false

  async function run(): Promise<void> {
    clearTimeout(timer)
    if (asking || over) return
    asking = true
    try {
      await ask()
    } finally {
      asking = false
      if (!over && !document.hidden) timer = setTimeout(() => void run(), pauseMs)
    }
  }
  function seen(): void {
    if (document.hidden) clearTimeout(timer)
    else void run()
  }

  onMounted(() => {
    document.addEventListener('visibilitychange', seen)
    void run()
  })
  onScopeDispose(() => {
    over = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', seen)
  })
}
