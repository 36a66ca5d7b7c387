import type { PhotoView } from '@/wire/PhotoView'

/** How something looked before it was mended, and after. */
export interface Pair {
  before: PhotoView
  after: PhotoView
}

/** The photos that show a problem as it was found, oldest first. What was drawn on them is no photo of it. */
export function beforePhotos(photos: readonly PhotoView[], problem: string): PhotoView[] {
  return photos.filter(({ photo }) => photo.problem === problem && !photo.rectified && photo.sketch_of === null)
}

/** The photos that show a problem as it was left, oldest first. */
export function afterPhotos(photos: readonly PhotoView[], problem: string): PhotoView[] {
  return photos.filter(({ photo }) => photo.problem === problem && photo.rectified && photo.sketch_of === null)
}

/** Each after photo beside the one that it was taken for, or else the last before photo of its problem. */
export function pairs(photos: readonly PhotoView[]): Pair[] {
  return photos.flatMap((after): Pair[] => {
    const { compare_with, rectified, problem, sketch_of } = after.photo
    if (sketch_of !== null) return []
    const named = compare_with === null ? undefined : photos.find(({ photo }) => photo.hash === compare_with)
    const earlier = rectified && problem !== null ? beforePhotos(photos, problem).filter(({ photo }) => photo.at <= after.photo.at) : []
    const before = named ?? earlier[earlier.length - 1]
    return before && before.photo.hash !== after.photo.hash ? [{ before, after }] : []
  })
}

/** When a photo was taken; when it was added, if its camera did not say. */
export const takenAt = ({ photo }: PhotoView): string => photo.taken_at ?? photo.at
