import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { looseObject } from '@/format/tolerant'
import { call } from '@/host'
import type { Draft } from '@/wire/Draft'

const UNDO_MS = 6000

/** The forms that were begun. A discarded one is hidden at once and deleted when it can no longer be undone. */
export const useDrafts = defineStore('drafts', () => {
  const kept = ref<Draft[]>([])
  const discarding = ref(new Map<string, ReturnType<typeof setTimeout>>())
  const error = ref<unknown>(null)
  const loaded = ref(false)
  const drafts = computed(() => kept.value.filter(({ id }) => !discarding.value.has(id)))

  async function load(): Promise<void> {
    error.value = null
    try {
      kept.value = await call('drafts.list', {})
      loaded.value = true
    } catch (cause) {
      error.value = cause
    }
  }

  async function reallyDiscard(id: string): Promise<void> {
    discarding.value.delete(id)
    try {
      await call('drafts.discard', { id })
    } catch (cause) {
      error.value = cause
    }
    await load()
  }

  function discard(id: string): void {
    discarding.value.set(
      id,
      setTimeout(() => void reallyDiscard(id), UNDO_MS),
    )
  }

  function undo(id: string): void {
    clearTimeout(discarding.value.get(id))
    discarding.value.delete(id)
  }

  /** The form, if it was begun. Opening a new one is not an error that a host should answer with. */
  async function find(id: string): Promise<Draft | undefined> {
    kept.value = await call('drafts.list', {})
    return kept.value.find((draft) => draft.id === id)
  }

  /** The inspection of this site that was begun, if one was: never one for another task. */
  async function ofSite(site: string, task: string | null = null): Promise<Draft | undefined> {
    await load()
    const begun = drafts.value.filter((draft) => draft.kind === 'inspection' && draft.site === site)
    if (task === null) return begun[0]
    const taskOf = ({ body }: Draft): unknown => looseObject(body)['task'] ?? null
    return begun.find((draft) => taskOf(draft) === task) ?? begun.find((draft) => taskOf(draft) === null)
  }

  return { drafts, error, loaded, undoMs: UNDO_MS, load, discard, undo, find, ofSite }
})
