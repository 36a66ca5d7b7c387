import { computed } from 'vue'
import { useCamera } from '@/stores/camera'
import { useDrafts } from '@/stores/drafts'

const RECENT_MS = 3_600_000

/** What was interrupted: forms that wait for found photos, and the last inspection of this hour. */
export function useResume() {
  const camera = useCamera()
  const drafts = useDrafts()

  const inspections = computed(() => drafts.drafts.filter(({ kind }) => kind === 'inspection'))
  const found = computed(() =>
    inspections.value.flatMap((draft) => {
      const sum = camera.recovered.filter((photo) => photo.draft === draft.id).length
      return sum > 0 ? [{ draft, sum }] : []
    }),
  )
  const last = computed(() => {
    const [draft] = [...inspections.value].sort((a, b) => Date.parse(b.saved_at) - Date.parse(a.saved_at))
    if (!draft || Date.now() - Date.parse(draft.saved_at) > RECENT_MS) return null
    return found.value.some((one) => one.draft.id === draft.id) ? null : draft
  })
  const ids = computed(() => new Set([...found.value.map(({ draft }) => draft.id), ...(last.value ? [last.value.id] : [])]))
  return { found, last, ids }
}
