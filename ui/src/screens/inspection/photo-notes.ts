import { asId, asObject, type Loose } from '@/format/tolerant'
import type { AttachedPhoto } from '@/wire/AttachedPhoto'

/** What one photo of a form is for. */
export interface PhotoNote {
  /** The problem that it shows: one of this form, or one that is on record. */
  problem: string | null
  /** Whether it shows how things look after rectification. */
  rectified: boolean
  /** The photo that it was drawn on. */
  sketchOf: string | null
  /** The earlier photo that it was taken to be compared with. */
  compareWith: string | null
}

export type PhotoNotes = Record<string, PhotoNote>

export const plainNote = (problem: string | null = null): PhotoNote => ({ problem, rectified: false, sketchOf: null, compareWith: null })

export const noteOf = (notes: PhotoNotes, hash: string): PhotoNote => notes[hash] ?? plainNote()

/** A drawing shows what its original shows, and is compared with nothing. */
export const sketchNote = (original: string, note: PhotoNote): PhotoNote => ({ ...note, sketchOf: original, compareWith: null })

/** What a photo is for that was found again after the program was closed over the camera. */
export function foundNote({ found_for }: AttachedPhoto, awaiting: PhotoNote | null, problems: ReadonlySet<string>): PhotoNote {
  if (found_for === null) return awaiting?.problem === null ? awaiting : plainNote()
  if (awaiting?.problem === found_for) return awaiting
  // A problem that is not of this form is on record, and only an after photo is taken for such a one.
  return { ...plainNote(found_for), rectified: !problems.has(found_for) }
}

/** A problem was taken out of the form: its photos show the whole site until it is put back. */
export function withoutProblem(notes: PhotoNotes, problem: string): PhotoNotes {
  return Object.fromEntries(Object.entries(notes).map(([hash, note]) => [hash, note.problem === problem ? { ...note, problem: null } : note]))
}

/** The photo itself and whatever was drawn on it, which means nothing without it. */
export function withSketches(notes: PhotoNotes, hash: string): string[] {
  return [hash, ...Object.entries(notes).flatMap(([other, { sketchOf }]) => (sketchOf === hash ? [other] : []))]
}

const HASH = /^[0-9a-f]{64}$/

export const asHash = (value: unknown): string | null => (typeof value === 'string' && HASH.test(value) ? value : null)

/** `problems` are those of the form. Any other can only be one on record, of which only after photos are taken. */
export function parseNote(value: unknown, problems: ReadonlySet<string>): PhotoNote {
  const note = asObject(value)
  const rectified = note['rectified'] === true
  const problem = asId(note['problem'])
  return {
    problem: problem !== null && (rectified || problems.has(problem)) ? problem : null,
    rectified,
    sketchOf: asHash(note['sketchOf']),
    compareWith: asHash(note['compareWith']),
  }
}

/** Forms of the first version only said which problem a photo shows. */
export function parseNotes(loose: Loose, problems: ReadonlySet<string>): PhotoNotes {
  const before = Object.entries(asObject(loose['shows'])).map(([hash, problem]): [string, unknown] => [hash, { problem }])
  const now = Object.entries(asObject(loose['notes']))
  return Object.fromEntries(
    [...before, ...now].filter(([hash]) => asHash(hash) !== null).map(([hash, value]) => [hash, parseNote(value, problems)]),
  )
}
