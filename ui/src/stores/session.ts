import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { call, host, office } from '@/host'
import type { Session } from '@/wire/Session'

export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(null)
  const signedOut = ref(false)
  const error = ref<unknown>(null)

  const person = computed(() => session.value?.person ?? '')
  const scope = computed(() => session.value?.scope ?? [])
  const isDevice = computed(() => host.kind === 'device')

  // What is on the screen stays behind the sign-in, so that nothing that was typed is lost when a session ends.
  office?.whenSignedOut(() => (signedOut.value = true))

  async function load(): Promise<void> {
    error.value = null
    try {
      session.value = await call('session.get', {})
      signedOut.value = false
    } catch (cause) {
      error.value = cause
    }
  }

  async function rename(name: string): Promise<void> {
    session.value = await call('session.rename', { person: name.trim() })
  }

  return { session, signedOut, error, person, scope, isDevice, load, rename }
})
