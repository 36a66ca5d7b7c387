import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { call, office } from '@/host'
import type { Account } from '@/wire/Account'

const LATER = 'village-ledger.password-later'

function read(): string {
  try {
    return sessionStorage.getItem(LATER) ?? ''
  } catch {
    return ''
  }
}

/** Whoever is signed in to the console. A device has no account. */
export const useAccount = defineStore('account', () => {
  const account = ref<Account | null>(null)
  const error = ref<unknown>(null)
  const later = ref(read())

  const session = computed(() => account.value?.sessions.find(({ own }) => own)?.id ?? '')
  /** Somebody without a password is told once in each session that they may have one. */
  const suggests = computed(() => account.value !== null && !account.value.has_password && later.value !== session.value)

  async function load(): Promise<void> {
    if (!office) return
    error.value = null
    try {
      account.value = await call('account.get', {})
    } catch (cause) {
      error.value = cause
    }
  }

  function setLater(): void {
    later.value = session.value
    try {
      sessionStorage.setItem(LATER, session.value)
    } catch {
      // Without storage it is asked again after the page was loaded anew.
    }
  }

  return { account, error, suggests, load, setLater }
})
