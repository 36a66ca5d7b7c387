import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** A part that covers its screen while the address names it, so that going back only closes the part. */
export function useQueryPart(name: string) {
  const route = useRoute()
  const router = useRouter()
  let pushed = false

  const value = computed(() => {
    const asked = route.query[name]
    return typeof asked === 'string' && asked !== '' ? asked : null
  })

  function others(): Record<string, string> {
    const kept = Object.entries(route.query).filter((pair): pair is [string, string] => pair[0] !== name && typeof pair[1] === 'string')
    return Object.fromEntries(kept)
  }

  async function open(what: string): Promise<void> {
    const to = { query: { ...others(), [name]: what } }
    if (value.value === null) {
      await router.push(to)
      pushed = true
    } else {
      await router.replace(to)
    }
  }

  async function close(): Promise<void> {
    if (value.value === null) return
    if (pushed) {
      pushed = false
      router.back()
    } else {
      await router.replace({ query: others() })
    }
  }

  return { value, open, close }
}
