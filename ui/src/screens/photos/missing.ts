import type { MissingPhoto } from '@/wire/MissingPhoto'

/** The missing photos of one site. */
export interface MissingAt {
  site: string
  name: string
  village: string
  photos: MissingPhoto[]
}

/** By site, in the order in which they come. */
export function bySite(photos: readonly MissingPhoto[]): MissingAt[] {
  const sites = new Map<string, MissingAt>()
  for (const photo of photos) {
    const known = sites.get(photo.site)
    if (known) known.photos.push(photo)
    else sites.set(photo.site, { site: photo.site, name: photo.site_name, village: photo.village, photos: [photo] })
  }
  return [...sites.values()]
}
