import type { DossierView } from '@/wire/DossierView'
import type { PhotoView } from '@/wire/PhotoView'

/** Another photo of the dossier that has to do with this one. */
export interface Related {
  kind: 'sketch_of' | 'sketches' | 'compare_with' | 'compared_by'
  view: PhotoView
  /** Which photo of the dossier, counted from 1, oldest first. */
  n: number
}

/** Originals, sketches, and what was taken to be compared, as the dossier holds them. */
export function related({ photo }: PhotoView, dossier: Pick<DossierView, 'photos'>): Related[] {
  const { hash } = photo
  const found: Related[] = []
  dossier.photos.forEach((view, index) => {
    const add = (kind: Related['kind']): void => void found.push({ kind, view, n: index + 1 })
    if (view.photo.hash === photo.sketch_of) add('sketch_of')
    if (view.photo.hash === photo.compare_with) add('compare_with')
    if (view.photo.sketch_of === hash) add('sketches')
    if (view.photo.compare_with === hash) add('compared_by')
  })
  return found
}
