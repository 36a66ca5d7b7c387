import { defineStore } from 'pinia'
import { ref } from 'vue'

/**
 * What was typed of an invitation, so that whoever goes back finds it again. In memory only: a code is a secret until it
 * was used.
 */
export const useTyped = defineStore('enrol-typed', () => {
  const text = ref('')
  const address = ref('')
  const device = ref('')

  function forget(): void {
    text.value = ''
    address.value = ''
    device.value = ''
  }

  return { text, address, device, forget }
})
