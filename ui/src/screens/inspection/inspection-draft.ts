import { v7 as uuid } from 'uuid'
import { isPolluting } from '@/components/meaning'
import { emptyPlace, fixClockAheadS, latitudeWrong, longitudeWrong, type PlaceInput, positionOf, unconverted } from '@/format/place-input'
import { asId, asList, asObject, asPlace, asText, asWord, looseObject } from '@/format/tolerant'
import { addDays, isDay } from '@/format/time'
import type { Answer } from '@/wire/Answer'
import type { DossierView } from '@/wire/DossierView'
import type { InspectionSource } from '@/wire/InspectionSource'
import type { NewDecision } from '@/wire/NewDecision'
import type { RecordInspection } from '@/wire/RecordInspection'
import type { Severity } from '@/wire/Severity'
import type { TaskKind } from '@/wire/TaskKind'
import type { Verdict } from '@/wire/Verdict'
import { ANSWERS, SEVERITIES, SOURCES, VERDICTS } from '@/words'
import { noPhotos, parsePhotoForm, type PhotoForm, photosOf } from './photo-form'

const VERSION = 2

export interface ProblemDraft {
  id: string
  description: string
  severity: Severity
  deadline: string
  /** The line of the checklist that it came from. */
  item: string | null
}

/** A verdict with its plan, as it is filled in. */
export interface PlanDraft {
  verdict: Verdict | null
  measures: string
  deadline: string
  responsibleUnit: string
  responsiblePerson: string
}

export const noPlan = (): PlanDraft => ({ verdict: null, measures: '', deadline: '', responsibleUnit: '', responsiblePerson: '' })

/** The verdict to be recorded, if one was given; a clean site needs no plan. */
export function decisionOf({ verdict, measures, deadline, responsibleUnit, responsiblePerson }: PlanDraft): NewDecision | null {
  if (verdict === null) return null
  if (!isPolluting(verdict)) return { verdict, measures: '', deadline: null, responsible_unit: '', responsible_person: '' }
  return {
    verdict,
    measures: measures.trim(),
    deadline: deadline === '' ? null : deadline,
    responsible_unit: responsibleUnit.trim(),
    responsible_person: responsiblePerson.trim(),
  }
}

/** An inspection as it is filled in. Its photos are kept by the host; only what they are for stands here. */
export interface InspectionDraft extends PhotoForm, PlanDraft {
  version: number
  /** The id of the visit to be, so that pressing twice records once. */
  inspection: string
  place: PlaceInput
  source: InspectionSource | null
  problems: ProblemDraft[]
  remarks: string
  /** The petition, line of a list or campaign that the visit is for. */
  task: string | null
  /** The campaign's checklist, each line with its answer once there is one. */
  checklist: ChecklistLine[]
  /** Whether a site that was done is polluting again; `null` until somebody has said. */
  relapse: boolean | null
  /** The decisions that stood when the verdict was chosen, so that one taken elsewhere meanwhile is not overruled. */
  seen: string[] | null
}

export interface ChecklistLine {
  item: string
  answer: Answer | null
}

export function newInspection(): InspectionDraft {
  return {
    version: VERSION,
    inspection: uuid(),
    place: emptyPlace(),
    source: null,
    problems: [],
    ...noPlan(),
    remarks: '',
    task: null,
    checklist: [],
    relapse: null,
    seen: null,
    ...noPhotos(),
  }
}

/** Why somebody goes to a site, as far as that can be known beforehand. */
export function usualSource(
  { inspections, decisions, summary }: Pick<DossierView, 'inspections' | 'decisions'> & { summary: Pick<DossierView['summary'], 'recheck_on' | 'done'> },
  today: string,
  task: TaskKind | null = null,
): InspectionSource {
  if (task === 'petition' || task === 'assigned') return task
  if (summary.done && (task === 'campaign' || (summary.recheck_on !== null && summary.recheck_on <= today))) return 'recheck'
  // A first look at a new one, a patrol to one that is known.
  return inspections.length + decisions.length > 0 ? 'daily_patrol' : 'survey'
}

/** Only a second look at a site that is done can find it polluting again. */
export const asksRelapse = (draft: Pick<InspectionDraft, 'source'>, done: boolean): boolean => done && draft.source === 'recheck'

/** The lines of a campaign's checklist, with the answers that were given to them. */
export function checklistOf(items: readonly string[], answered: readonly ChecklistLine[]): ChecklistLine[] {
  return items.map((item) => ({ item, answer: answered.find((line) => line.item === item)?.answer ?? null }))
}

/** The deadline that follows from the severity; a major problem has none until one is given. */
export function deadlineOf(severity: Severity, today: string): string {
  if (severity === 'major') return ''
  return severity === 'immediate' ? today : addDays(today, 7)
}

export function newProblem(today: string, item: string | null = null): ProblemDraft {
  return { id: uuid(), description: item ?? '', severity: 'ordinary', deadline: deadlineOf('ordinary', today), item }
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
      item: asText(problem['item']) || null,
    }
  })
  const ids = new Set(problems.map(({ id }) => id))
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
    task: asId(loose['task']),
    checklist: asList(loose['checklist']).map(asObject).flatMap(({ item, answer }) => (asText(item) === '' ? [] : [{ item: asText(item), answer: asWord(answer, ANSWERS) }])),
    relapse: typeof loose['relapse'] === 'boolean' ? loose['relapse'] : null,
    seen: Array.isArray(loose['seen']) ? asList(loose['seen']).flatMap((id) => asId(id) ?? []) : null,
    ...parsePhotoForm(loose, ids),
  }
}

export interface Need {
  key: 'person' | 'source' | 'latitude' | 'longitude' | 'unconverted' | 'problem_description' | 'problem_deadline' | 'date' | 'relapse' | 'checklist'
  /** The part of the form to jump to. */
  part: string
  /** Which problem, counted from 1. */
  n?: number
}

/** What must be there before the inspection can be finished; `done` is whether the site was. */
export function missing(draft: InspectionDraft, person: string, done = false): Need[] {
  const needs: Need[] = []
  if (person.trim() === '') needs.push({ key: 'person', part: 'person' })
  if (latitudeWrong(draft.place)) needs.push({ key: 'latitude', part: 'place' })
  if (longitudeWrong(draft.place)) needs.push({ key: 'longitude', part: 'place' })
  if (unconverted(draft.place)) needs.push({ key: 'unconverted', part: 'place' })
  if (draft.source === null) needs.push({ key: 'source', part: 'source' })
  if (asksRelapse(draft, done) && draft.relapse === null) needs.push({ key: 'relapse', part: 'relapse' })
  const open = draft.checklist.filter(({ answer }) => answer === null).length
  if (open > 0) needs.push({ key: 'checklist', part: `check-${draft.checklist.findIndex(({ answer }) => answer === null)}`, n: open })
  draft.problems.forEach((problem, index) => {
    const at = { part: `problem-${problem.id}`, n: index + 1 }
    if (problem.description.trim() === '') needs.push({ key: 'problem_description', ...at })
    if (problem.severity === 'major' && problem.deadline === '') needs.push({ key: 'problem_deadline', ...at })
    if (problem.deadline !== '' && !isDay(problem.deadline)) needs.push({ key: 'date', ...at })
  })
  if (isPolluting(draft.verdict) && draft.deadline !== '' && !isDay(draft.deadline)) needs.push({ key: 'date', part: 'verdict' })
  return needs
}

/** The visit to be recorded; `null` while no source is chosen. `done` is whether the site was. */
export function requestOf(draft: InspectionDraft, id: string, site: string, photos: readonly string[], done = false): RecordInspection | null {
  if (draft.source === null) return null
  return {
    id: draft.inspection,
    site,
    draft: id,
    source: draft.source,
    position: positionOf(draft.place),
    fix_clock_ahead_s: fixClockAheadS(draft.place),
    decision: decisionOf(draft),
    seen: draft.verdict === null ? null : draft.seen,
    remarks: draft.remarks.trim(),
    task: draft.task,
    checklist: draft.checklist.flatMap(({ item, answer }) => (answer === null ? [] : [{ item, answer }])),
    relapse: asksRelapse(draft, done) && draft.relapse === true,
    problems: draft.problems.map(({ id: problem, description, severity, deadline }) => ({
      id: problem,
      description: description.trim(),
      severity,
      deadline: deadline === '' ? null : deadline,
    })),
    photos: photosOf(draft, photos),
  }
}
