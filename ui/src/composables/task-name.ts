import { computed, watch } from 'vue'
import { call } from '@/host'
import { useLoaded } from './loaded'

/** What a task is called; `null` while there is none or it is not known. */
export function useTaskName(task: () => string | null) {
  const read = useLoaded(async () => {
    const id = task()
    return id === null ? null : (await call('tasks.get', { task: id })).task
  })
  watch(task, read.load, { immediate: true })

  return computed(() => {
    const known = read.value.value
    if (known === null || known.id !== task()) return null
    return known.kind === 'campaign' ? known.list || known.title : known.title
  })
}
