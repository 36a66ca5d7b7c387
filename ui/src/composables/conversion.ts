import { onScopeDispose, type Ref, ref, watch } from 'vue'
import { call } from '@/host'
import { type PlaceInput, typedPlace, unconverted } from '@/format/place-input'

const PAUSE_MS = 250

/** Turns what is typed in another datum into WGS-84, as it is typed. */
export function useConversion(input: Ref<PlaceInput>) {
  const converting = ref(false)
  const error = ref<unknown>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function convert(): Promise<void> {
    const { latitude, longitude, datum } = input.value
    const place = typedPlace(input.value)
    if (place === null) return
    asked += 1
    const mine = asked
    converting.value = true
    error.value = null
    try {
      const inWgs84 = await call('positions.convert', { place, from: datum, to: 'wgs84' })
      if (mine === asked) input.value = { ...input.value, converted: { latitude, longitude, place: inWgs84 } }
    } catch (cause) {
      if (mine === asked) error.value = cause
    } finally {
      if (mine === asked) converting.value = false
    }
  }

  watch(
    () => [input.value.latitude, input.value.longitude, input.value.datum].join(' '),
    () => {
      asked += 1
      clearTimeout(timer)
      converting.value = false
      error.value = null
      if (unconverted(input.value)) timer = setTimeout(() => void convert(), PAUSE_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    asked += 1
    clearTimeout(timer)
  })

  return { converting, error, convert }
}
