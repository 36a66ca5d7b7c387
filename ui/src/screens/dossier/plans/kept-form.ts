import { computed, type Ref, ref, watch } from 'vue'
import { looseObject } from '@/format/tolerant'

const PREFIX = 'village-ledger.form.'
type Field = string | number | boolean | null

/** What fits the form of today; what another version wrote otherwise is left out. */
export function fitted<T extends object>(fresh: T, text: string | null): { form: T; kept: boolean } {
  const before = looseObject(text ?? '')
  if (Object.keys(before).length === 0) return { form: fresh, kept: false }
  const form = Object.fromEntries(
    Object.entries(fresh as Record<string, Field>).map(([key, value]) => {
      const kept = before[key]
      const fits = value === null ? kept === null || typeof kept === 'string' : typeof kept === typeof value
      return [key, fits && kept !== undefined ? kept : value]
    }),
  ) as T
  return { form, kept: true }
}

/**
 * A short form that is not lost by going back. It stays in its window and never on the disk, so that signing out leaves
 * nothing behind; nothing on the page claims more.
 */
export function useKeptForm<T extends object>(name: string, fresh: () => T) {
  const key = PREFIX + name
  const begun = fitted(fresh(), read(key))
  const form = ref(begun.form) as Ref<T>
  const kept = ref(begun.kept)
  let start = JSON.stringify(form.value)
  const touched = computed(() => JSON.stringify(form.value) !== start)

  watch(
    form,
    () => {
      if (touched.value) write(key, JSON.stringify(form.value))
    },
    { deep: true },
  )

  /** Fills it in from what is on record; what somebody typed stays. */
  function fill(from: T): void {
    if (kept.value || touched.value) return
    form.value = from
    start = JSON.stringify(from)
  }
  function restart(from: T): void {
    write(key, null)
    kept.value = false
    form.value = from
    start = JSON.stringify(from)
  }
  /** It is on record. */
  function finish(): void {
    start = JSON.stringify(form.value)
    write(key, null)
  }

  return { form, kept, fill, restart, finish }
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}
function write(key: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, text)
  } catch {
    // Without storage it lasts as long as the page.
  }
}
