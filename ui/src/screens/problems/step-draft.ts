import { v7 as uuid } from 'uuid'
import { emptyPlace, latitudeWrong, longitudeWrong, type PlaceInput, positionOf, unconverted } from '@/format/place-input'
import { asId, asPlace, asText, asWord, looseObject } from '@/format/tolerant'
import { isDay } from '@/format/time'
import { noPhotos, parsePhotoForm, type PhotoForm, photosOf } from '@/screens/inspection/photo-form'
import { noteOf } from '@/screens/inspection/photo-notes'
import type { Missing } from '@/wire/Missing'
import type { ProblemView } from '@/wire/ProblemView'
import type { Stage } from '@/wire/Stage'
import type { StepProblem } from '@/wire/StepProblem'
import { STAGES } from '@/words'

const VERSION = 1

/** A step of a problem as it is filled in. */
export interface StepDraft extends PhotoForm {
  version: number
  /** The id of the step to be, so that pressing twice takes one. */
  change: string
  problem: string
  stage: Stage
  comment: string
  deadline: string
  place: PlaceInput
}

export function newStep(problem: string, stage: Stage): StepDraft {
  return { version: VERSION, change: uuid(), problem, stage, comment: '', deadline: '', place: emptyPlace(), ...noPhotos() }
}

/** `null` where the form does not tell which problem it is about, which nothing can replace. */
export function parseStep(body: string): StepDraft | null {
  const loose = looseObject(body)
  const problem = asId(loose['problem'])
  const stage = asWord(loose['stage'], STAGES)
  if (problem === null || stage === null) return null
  return {
    version: VERSION,
    change: asId(loose['change']) ?? uuid(),
    problem,
    stage,
    comment: asText(loose['comment']),
    deadline: asText(loose['deadline']),
    place: asPlace(loose['place']),
    // A step may show the problem as it is found too.
    ...parsePhotoForm(loose, new Set([problem])),
  }
}

export const asStage = (word: unknown): Stage | null => asWord(word, STAGES)

/** Whether the photos of a step show how things look after rectification. */
export const showsAfter = (stage: Stage): boolean => stage === 'rectifying' || stage === 'supervised' || stage === 'closed_out'

export interface StepNeed {
  key: Missing | 'person' | 'latitude' | 'longitude' | 'unconverted' | 'date' | 'gone'
  /** The part of the form to jump to. */
  part: string
}

/** Photos of the form that show the problem as it was found, or after rectification. */
function shows(draft: StepDraft, photos: readonly string[], rectified: boolean): boolean {
  return photos.some((hash) => {
    const note = noteOf(draft.notes, hash)
    return note.problem === draft.problem && note.rectified === rectified
  })
}

/** What is on record nowhere and not in the form either. */
function stillMissing(what: Missing, draft: StepDraft, photos: readonly string[]): boolean {
  if (what === 'comment') return draft.comment.trim() === ''
  if (what === 'deadline') return draft.deadline === ''
  return !shows(draft, photos, what === 'photo_after')
}

const PART: Record<Missing, string> = { comment: 'comment', deadline: 'deadline', photo_before: 'before', photo_after: 'after' }

/** What must be there before the step can be taken. `photos` are those of the form. */
export function needsOf(draft: StepDraft, view: Pick<ProblemView, 'steps'>, photos: readonly string[], person: string): StepNeed[] {
  const needs: StepNeed[] = []
  const step = view.steps.find(({ stage }) => stage === draft.stage)
  if (!step) return [{ key: 'gone', part: 'stage' }]
  if (person.trim() === '') needs.push({ key: 'person', part: 'person' })
  for (const what of step.missing) if (stillMissing(what, draft, photos)) needs.push({ key: what, part: PART[what] })
  if (draft.deadline !== '' && !isDay(draft.deadline)) needs.push({ key: 'date', part: 'deadline' })
  if (latitudeWrong(draft.place)) needs.push({ key: 'latitude', part: 'place' })
  if (longitudeWrong(draft.place)) needs.push({ key: 'longitude', part: 'place' })
  if (unconverted(draft.place)) needs.push({ key: 'unconverted', part: 'place' })
  return needs
}

/** The step to be taken, upon what the person saw. */
export function stepOf(draft: StepDraft, id: string, site: string, view: Pick<ProblemView, 'tips' | 'contested'>, photos: readonly string[]): StepProblem {
  return {
    id: draft.change,
    site,
    problem: draft.problem,
    stage: draft.stage,
    seen: [...view.tips, ...view.contested],
    comment: draft.comment.trim(),
    deadline: draft.stage === 'registered' && draft.deadline !== '' ? draft.deadline : null,
    position: positionOf(draft.place),
    photos: photosOf(draft, photos),
    draft: id,
  }
}
