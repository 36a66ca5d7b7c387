import { computed, ref } from 'vue'

const MOST = 100

/** What was drawn, step by step. A step is only kept when it changed something. */
export function useHistory<T>(now: () => T, show: (value: T) => void) {
  const steps = ref<string[]>([JSON.stringify(now())])
  const at = ref(0)

  function commit(): void {
    const step = JSON.stringify(now())
    if (step === steps.value[at.value]) return
    steps.value = [...steps.value.slice(0, at.value + 1), step].slice(-MOST)
    at.value = steps.value.length - 1
  }

  function go(by: 1 | -1): void {
    const step = steps.value[at.value + by]
    if (step === undefined) return
    at.value += by
    show(JSON.parse(step) as T)
  }

  return {
    commit,
    undo: () => {
      // What was typed a moment ago is a step too.
      commit()
      go(-1)
    },
    redo: () => go(1),
    canUndo: computed(() => at.value > 0),
    canRedo: computed(() => at.value < steps.value.length - 1),
  }
}
