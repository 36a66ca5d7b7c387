import { type Mark, parseMarks } from '@/components/photo/marks'
import { asList, asObject, type Loose } from '@/format/tolerant'
import type { NewPhoto } from '@/wire/NewPhoto'
import { asHash, noteOf, parseNote, parseNotes, type PhotoNote, type PhotoNotes } from './photo-notes'

/** What a form knows of its photos, whichever form it is. The photos themselves are kept by the host. */
export interface PhotoForm {
  /** What each photo is for, by its hash. */
  notes: PhotoNotes
  /** Photos that were taken out and can still be put back. */
  removed: string[]
  /** What the photo is for that the camera was opened for, should the program not live to see it. */
  awaiting: PhotoNote | null
  /** What was drawn on a photo and not saved yet, by the photo's hash. */
  marks: Record<string, Mark[]>
}

export const noPhotos = (): PhotoForm => ({ notes: {}, removed: [], awaiting: null, marks: {} })

/** `problems` are those that photos of this form may show as they were found. */
export function parsePhotoForm(loose: Loose, problems: ReadonlySet<string>): PhotoForm {
  const marks = Object.entries(asObject(loose['marks'])).flatMap(([hash, value]): [string, Mark[]][] => {
    const kept = parseMarks(value)
    return asHash(hash) && kept.length > 0 ? [[hash, kept]] : []
  })
  return {
    notes: parseNotes(loose, problems),
    removed: asList(loose['removed']).filter((hash): hash is string => typeof hash === 'string'),
    awaiting: loose['awaiting'] ? parseNote(loose['awaiting'], problems) : null,
    marks: Object.fromEntries(marks),
  }
}

/** What is drawn on one photo, and nothing of it where nothing is drawn any more. */
export function withMarks(marks: PhotoForm['marks'], hash: string, all: Mark[]): PhotoForm['marks'] {
  const others = Object.entries(marks).filter(([other]) => other !== hash)
  return Object.fromEntries(all.length > 0 ? [...others, [hash, all]] : others)
}

/** The photos as they are recorded. */
export function photosOf({ notes }: PhotoForm, hashes: readonly string[]): NewPhoto[] {
  return hashes.map((hash) => {
    const { problem, rectified, sketchOf, compareWith } = noteOf(notes, hash)
    return { hash, problem, rectified, sketch_of: sketchOf, compare_with: compareWith }
  })
}
