import { defineStore } from 'pinia'
import { ref } from 'vue'
import { emptyFilter } from '@/screens/sites/filter-query'
import type { LatLon } from '@/wire/LatLon'
import type { SiteFilter } from '@/wire/SiteFilter'

/** Where the map was left, for whoever comes back to it. */
export const useMapState = defineStore('map', () => {
  const centre = ref<LatLon | null>(null)
  const zoom = ref(14)
  const filter = ref<SiteFilter>(emptyFilter())
  const photos = ref(false)
  return { centre, zoom, filter, photos }
})
