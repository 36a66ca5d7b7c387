import { type Ref, ref, watch } from 'vue'

const KEY = 'village-ledger.form.'
/** Whose they are; it goes with them. */
const OWNER = `${KEY}of`

function read(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(KEY + key) ?? 'null')
  } catch {
    return null
  }
}

/**
 * A form at a desk, which stays in its window until it is finished: whoever leaves it finds it again. It is not on the
 * disk, because it may name a petitioner, and signing out must leave nothing behind.
 */
export function useKeptForm<T extends object>(key: string, parse: (kept: unknown) => T) {
  const form = ref(parse(read(key))) as Ref<T>
  const untouched = JSON.stringify(form.value)

  const stop = watch(
    form,
    (now) => {
      try {
        const text = JSON.stringify(now)
        if (text !== untouched) sessionStorage.setItem(KEY + key, text)
      } catch {
        // Without storage it lives as long as the screen.
      }
    },
    { deep: true },
  )

  function finished(): void {
    stop()
    forget(key)
  }

  return { form, finished }
}

function forget(key: string): void {
  try {
    sessionStorage.removeItem(KEY + key)
  } catch {
    // There was nothing.
  }
}

/** From here on the forms are those of one person. Whatever somebody else began in this window is not for them. */
export function keepFormsOf(person: string): void {
  try {
    const before = sessionStorage.getItem(OWNER)
    if (before !== null && before !== person) forgetKeptForms()
    sessionStorage.setItem(OWNER, person)
  } catch {
    // There was nothing.
  }
}

/** Forgets all forms that were begun. */
export function forgetKeptForms(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEY)) sessionStorage.removeItem(key)
  } catch {
    // There was nothing.
  }
}
