import { v7 as uuid } from 'uuid'
import { isPolluting } from '@/components/meaning'
import { emptyPlace, fixClockAheadS, latitudeWrong, longitudeWrong, type PlaceInput, positionOf, unconverted } from '@/format/place-input'
import { asId, asList, asObject, asPlace, asText, asWord, looseObject } from '@/format/tolerant'
import { type Mark, parseMarks } from '@/components/photo/marks'
import { addDays, isDay } from '@/format/time'
import type { DossierView } from '@/wire/DossierView'
import type { InspectionSource } from '@/wire/InspectionSource'
import type { RecordInspection } from '@/wire/RecordInspection'
import type { Severity } from '@/wire/Severity'
import type { Verdict } from '@/wire/Verdict'
import { SEVERITIES, SOURCES, VERDICTS } from '@/words'
import { asHash, noteOf, parseNote, parseNotes, type PhotoNote, type PhotoNotes } from './photo-notes'

const VERSION = 2

export interface ProblemDraft {
  id: string
  description: string
  severity: Severity
  deadline: string
}

/** An inspection as it is filled in. Its photos are kept by the host; only what they are for stands here. */
export interface InspectionDraft {
  version: number
  /** The id of the visit to be, so that pressing twice records once. */
  inspection: string
  place: PlaceInput
  source: InspectionSource | null
  problems: ProblemDraft[]
  verdict: Verdict | null
  measures: string
  deadline: string
  responsibleUnit: string
  responsiblePerson: string
  remarks: string
  /** What each photo is for, by its hash. */
  notes: PhotoNotes
  /** Photos that were taken out and can still be put back. */
  removed: string[]
  /** What the photo is for that the camera was opened for, should the program not live to see it. */
  awaiting: PhotoNote | null
  /** What was drawn on a photo and not saved yet, by the photo's hash. */
  marks: Record<string, Mark[]>
}

export function newInspection(): InspectionDraft {
  return {
    version: VERSION,
    inspection: uuid(),
    place: emptyPlace(),
    source: null,
    problems: [],
    verdict: null,
    measures: '',
    deadline: '',
    responsibleUnit: '',
    responsiblePerson: '',
    remarks: '',
    notes: {},
    removed: [],
    awaiting: null,
    marks: {},
  }
}

/** What brings an inspector to a site most often: a first look at a new one, a patrol to one that is known. */
export function usualSource({ inspections, decisions }: Pick<DossierView, 'inspections' | 'decisions'>): InspectionSource {
  return inspections.length + decisions.length > 0 ? 'daily_patrol' : 'survey'
}

/** The deadline that follows from the severity; a major problem has none until one is given. */
export function deadlineOf(severity: Severity, today: string): string {
  if (severity === 'major') return ''
  return severity === 'immediate' ? today : addDays(today, 7)
}

export function newProblem(today: string): ProblemDraft {
  return { id: uuid(), description: '', severity: 'ordinary', deadline: deadlineOf('ordinary', today) }
}

/** Another severity moves a deadline that nobody typed, and one that it does not allow. */
export function withSeverity(problem: ProblemDraft, severity: Severity, today: string): ProblemDraft {
  const latest = deadlineOf(severity, today)
  const untouched = problem.deadline === '' || problem.deadline === deadlineOf(problem.severity, today)
  const late = latest !== '' && problem.deadline > latest
  return { ...problem, severity, deadline: untouched || late ? latest : problem.deadline }
}

export function parseInspection(body: string): InspectionDraft {
  const loose = looseObject(body)
  const problems = asList(loose['problems']).map((value): ProblemDraft => {
    const problem = asObject(value)
    return {
      id: asId(problem['id']) ?? uuid(),
      description: asText(problem['description']),
      severity: asWord(problem['severity'], SEVERITIES) ?? 'ordinary',
      deadline: asText(problem['deadline']),
    }
  })
  const ids = new Set(problems.map(({ id }) => id))
  const marks = Object.entries(asObject(loose['marks'])).flatMap(([hash, value]): [string, Mark[]][] => {
    const kept = parseMarks(value)
    return asHash(hash) && kept.length > 0 ? [[hash, kept]] : []
  })
  return {
    version: VERSION,
    inspection: asId(loose['inspection']) ?? uuid(),
    place: asPlace(loose['place']),
    source: asWord(loose['source'], SOURCES),
    problems,
    verdict: asWord(loose['verdict'], VERDICTS),
    measures: asText(loose['measures']),
    deadline: asText(loose['deadline']),
    responsibleUnit: asText(loose['responsibleUnit']),
    responsiblePerson: asText(loose['responsiblePerson']),
    remarks: asText(loose['remarks']),
    notes: parseNotes(loose, ids),
    removed: asList(loose['removed']).filter((hash): hash is string => typeof hash === 'string'),
    awaiting: loose['awaiting'] ? parseNote(loose['awaiting'], ids) : null,
    marks: Object.fromEntries(marks),
  }
}

/** What is drawn on one photo, and nothing of it where nothing is drawn any more. */
export function withMarks(marks: InspectionDraft['marks'], hash: string, all: Mark[]): InspectionDraft['marks'] {
  const others = Object.entries(marks).filter(([other]) => other !== hash)
  return Object.fromEntries(all.length > 0 ? [...others, [hash, all]] : others)
}

export interface Need {
  key: 'person' | 'source' | 'latitude' | 'longitude' | 'unconverted' | 'problem_description' | 'problem_deadline' | 'date'
  /** The part of the form to jump to. */
  part: string
  /** Which problem, counted from 1. */
  n?: number
}

/** What must be there before the inspection can be finished. */
export function missing(draft: InspectionDraft, person: string): Need[] {
  const needs: Need[] = []
  if (person.trim() === '') needs.push({ key: 'person', part: 'person' })
  if (latitudeWrong(draft.place)) needs.push({ key: 'latitude', part: 'place' })
  if (longitudeWrong(draft.place)) needs.push({ key: 'longitude', part: 'place' })
  if (unconverted(draft.place)) needs.push({ key: 'unconverted', part: 'place' })
  if (draft.source === null) needs.push({ key: 'source', part: 'source' })
  draft.problems.forEach((problem, index) => {
    const at = { part: `problem-${problem.id}`, n: index + 1 }
    if (problem.description.trim() === '') needs.push({ key: 'problem_description', ...at })
    if (problem.severity === 'major' && problem.deadline === '') needs.push({ key: 'problem_deadline', ...at })
    if (problem.deadline !== '' && !isDay(problem.deadline)) needs.push({ key: 'date', ...at })
  })
  if (isPolluting(draft.verdict) && draft.deadline !== '' && !isDay(draft.deadline)) needs.push({ key: 'date', part: 'verdict' })
  return needs
}

/** The visit to be recorded; `null` while no source is chosen. */
export function requestOf(draft: InspectionDraft, id: string, site: string, photos: readonly string[]): RecordInspection | null {
  if (draft.source === null) return null
  const plan = isPolluting(draft.verdict)
  return {
    id: draft.inspection,
    site,
    draft: id,
    source: draft.source,
    position: positionOf(draft.place),
    fix_clock_ahead_s: fixClockAheadS(draft.place),
    decision:
      draft.verdict === null
        ? null
        : {
            verdict: draft.verdict,
            measures: plan ? draft.measures.trim() : '',
            deadline: plan && draft.deadline !== '' ? draft.deadline : null,
            responsible_unit: plan ? draft.responsibleUnit.trim() : '',
            responsible_person: plan ? draft.responsiblePerson.trim() : '',
          },
    remarks: draft.remarks.trim(),
    problems: draft.problems.map(({ id: problem, description, severity, deadline }) => ({
      id: problem,
      description: description.trim(),
      severity,
      deadline: deadline === '' ? null : deadline,
    })),
    photos: photos.map((hash) => {
      const { problem, rectified, sketchOf, compareWith } = noteOf(draft.notes, hash)
      return { hash, problem, rectified, sketch_of: sketchOf, compare_with: compareWith }
    }),
  }
}
