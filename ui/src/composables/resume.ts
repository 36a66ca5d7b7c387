import { computed } from 'vue'
import type { RouteLocationRaw } from 'vue-router'
import { useCamera } from '@/stores/camera'
import { useDrafts } from '@/stores/drafts'
import type { Draft } from '@/wire/Draft'

const RECENT_MS = 3_600_000

/** Where a form that was begun goes on. */
export const draftTarget = ({ id, kind, site }: Draft): RouteLocationRaw => ({
  // The name alone stands for a paper that is on record.
  name: kind === 'paper' ? 'paper-draft' : kind,
  params: { draft: id },
  ...(site === null ? {} : { query: { site } }),
})

/** What was interrupted: forms that wait for found photos, and the last form of this hour that is filled in on site. */
export function useResume() {
  const camera = useCamera()
  const drafts = useDrafts()

  const onSite = computed(() => drafts.drafts.filter(({ kind }) => kind !== 'registration'))
  const found = computed(() =>
    onSite.value.flatMap((draft) => {
      const sum = camera.recovered.filter((photo) => photo.draft === draft.id).length
      return sum > 0 ? [{ draft, sum }] : []
    }),
  )
  const last = computed(() => {
    const [draft] = [...onSite.value].sort((a, b) => Date.parse(b.saved_at) - Date.parse(a.saved_at))
    if (!draft || Date.now() - Date.parse(draft.saved_at) > RECENT_MS) return null
    return found.value.some((one) => one.draft.id === draft.id) ? null : draft
  })
  const ids = computed(() => new Set([...found.value.map(({ draft }) => draft.id), ...(last.value ? [last.value.id] : [])]))
  return { found, last, ids }
}
