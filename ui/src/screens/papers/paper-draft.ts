import { v7 as uuid } from 'uuid'
import { parseStrokes, isSignature, type Stroke } from '@/components/signature/strokes'
import { emptyPlace, latitudeWrong, longitudeWrong, type PlaceInput, positionOf, unconverted } from '@/format/place-input'
import { isDay } from '@/format/time'
import { asId, asList, asObject, asPlace, asText, asWord, looseObject } from '@/format/tolerant'
import { noPhotos, parsePhotoForm, type PhotoForm, photosOf } from '@/screens/inspection/photo-form'
import type { DossierView } from '@/wire/DossierView'
import type { EnforcementStep } from '@/wire/EnforcementStep'
import type { PaperContent } from '@/wire/PaperContent'
import type { Receipt } from '@/wire/Receipt'
import type { RecordPaper } from '@/wire/RecordPaper'
import { deadlineFor, factsOf, onlyPast, requirementsOf, USUAL_REQUEST, usualDeadline } from './compose'
import { MEASURES, openProblems, skipped, STEPS } from './enforcement'
import { noTicks, parseTicks, takenOf, type Ticks, timeFault } from './ticks'

const VERSION = 1

export interface ReceiptDraft {
  kind: Receipt['kind'] | null
  name: string
  strokes: Stroke[]
  /** What the paper said when it was signed: a signature stands under nothing else. */
  under: string
  witness: string
}

/** A paper as it is filled in. */
export interface PaperDraft extends PhotoForm {
  version: number
  /** The id of the paper to be, so that pressing twice records once. */
  paper: string
  step: EnforcementStep
  place: PlaceInput
  /** The problems that it is about. */
  problems: string[]
  facts: string
  requirements: string
  deadline: string
  ticks: Ticks
  departments: string[]
  request: string
  replyBy: string
  reason: string
  receipt: ReceiptDraft
}

function emptyPaper(step: EnforcementStep): PaperDraft {
  return {
    ...noPhotos(),
    version: VERSION,
    paper: uuid(),
    step,
    place: emptyPlace(),
    problems: [],
    facts: '',
    requirements: '',
    deadline: '',
    ticks: noTicks(),
    departments: [],
    request: step === 'joint_enforcement' ? USUAL_REQUEST : '',
    replyBy: '',
    reason: '',
    receipt: { kind: null, name: '', strokes: [], under: '', witness: '' },
  }
}

/** Filled in from the record; all of it can be changed. */
export function newPaper(step: EnforcementStep, dossier: DossierView, today: string): PaperDraft {
  const chosen = openProblems(dossier)
  const paper = emptyPaper(step)
  paper.problems = chosen.map(({ problem }) => problem.id)
  paper.facts = factsOf(step, dossier, chosen)
  paper.receipt.name = dossier.fields.operator
  if (step === 'persuade') {
    paper.requirements = requirementsOf(dossier, chosen, today)
    const onRecord = deadlineFor(dossier, chosen, today)
    // Where all have passed somebody must think of a new one.
    paper.deadline = onRecord !== '' || onlyPast(dossier, chosen, today) ? onRecord : usualDeadline(today)
  }
  return paper
}

/** Of a draft whose step cannot be read nothing can be made. */
export function parsePaper(body: string): PaperDraft | null {
  const loose = looseObject(body)
  const step = asWord(loose['step'], STEPS)
  if (step === null) return null
  const receipt = asObject(loose['receipt'])
  const ticks = parseTicks(loose['ticks'])
  return {
    ...parsePhotoForm(loose, tickIds(ticks)),
    version: VERSION,
    paper: asId(loose['paper']) ?? uuid(),
    step,
    place: asPlace(loose['place']),
    problems: asList(loose['problems']).filter((id): id is string => asId(id) !== null),
    facts: asText(loose['facts']),
    requirements: asText(loose['requirements']),
    deadline: asText(loose['deadline']),
    ticks,
    departments: asList(loose['departments']).filter((name): name is string => typeof name === 'string'),
    request: asText(loose['request']),
    replyBy: asText(loose['replyBy']),
    reason: asText(loose['reason']),
    receipt: {
      kind: asWord(receipt['kind'], ['signed', 'refused'] as const),
      name: asText(receipt['name']),
      strokes: parseStrokes(receipt['strokes']),
      under: asText(receipt['under']),
      witness: asText(receipt['witness']),
    },
  }
}

/** The step of a draft that may be of any kind, to find its form again. */
export const stepOfDraft = (body: string): EnforcementStep | null => asWord(looseObject(body)['step'], STEPS)

export const tickIds = (ticks: Ticks): ReadonlySet<string> => new Set(MEASURES.map((measure) => ticks[measure].id))

/** Other problems were chosen: facts and requirements follow them, unless somebody wrote them anew. */
export function withProblems(draft: PaperDraft, dossier: DossierView, problems: string[], today: string): PaperDraft {
  const [before, after] = [draft.problems, problems].map((ids) => dossier.problems.filter(({ problem }) => ids.includes(problem.id)))
  const follows = <T>(now: T, from: T, to: T): T => (now === from ? to : now)
  return {
    ...draft,
    problems,
    facts: follows(draft.facts, factsOf(draft.step, dossier, before ?? []), factsOf(draft.step, dossier, after ?? [])),
    requirements:
      draft.step === 'persuade' ? follows(draft.requirements, requirementsOf(dossier, before ?? [], today), requirementsOf(dossier, after ?? [], today)) : draft.requirements,
  }
}

/** What a signature stands under. */
export function signedText({ facts, requirements, deadline, ticks, step, problems }: PaperDraft): string {
  const taken = MEASURES.filter((measure) => ticks[measure].on).map((measure) => [measure, ticks[measure].day, ticks[measure].time])
  return JSON.stringify(step === 'cut_off' ? [facts.trim(), taken, problems] : [facts.trim(), requirements.trim(), deadline, problems])
}

/** The paper was changed after it was signed. */
export const outlived = (draft: PaperDraft): boolean =>
  draft.receipt.kind === 'signed' && draft.receipt.strokes.length > 0 && draft.receipt.under !== signedText(draft)

export type Need =
  | 'person' | 'latitude' | 'longitude' | 'unconverted' | 'reason' | 'facts' | 'requirements' | 'deadline' | 'deadline_past' | 'date'
  | 'measures' | 'measure_time' | 'measure_ahead' | 'departments' | 'request' | 'receipt' | 'signer' | 'signature' | 'signed_other' | 'witness'

interface Given {
  person: string
  papers: DossierView['papers']
  today: string
  now: Date
}

function receiptNeeds(draft: PaperDraft): Need[] {
  const { kind, name, strokes, witness } = draft.receipt
  if (kind === null) return ['receipt']
  if (kind === 'refused') return witness.trim() === '' ? ['witness'] : []
  const needs: Need[] = name.trim() === '' ? ['signer'] : []
  if (!isSignature(strokes)) needs.push('signature')
  else if (outlived(draft)) needs.push('signed_other')
  return needs
}

function contentNeeds(draft: PaperDraft, { today, now }: Given): Need[] {
  const needs: Need[] = []
  if (draft.step === 'persuade') {
    if (draft.requirements.trim() === '') needs.push('requirements')
    if (draft.deadline === '') needs.push('deadline')
    else if (!isDay(draft.deadline)) needs.push('date')
    else if (draft.deadline < today) needs.push('deadline_past')
  } else if (draft.step === 'cut_off') {
    const on = MEASURES.map((measure) => draft.ticks[measure]).filter((tick) => tick.on)
    if (on.length === 0) needs.push('measures')
    if (on.some((tick) => timeFault(tick, now) === 'none')) needs.push('measure_time')
    if (on.some((tick) => timeFault(tick, now) === 'ahead')) needs.push('measure_ahead')
  } else {
    if (draft.departments.every((name) => name.trim() === '')) needs.push('departments')
    if (draft.request.trim() === '') needs.push('request')
    if (draft.replyBy !== '' && !isDay(draft.replyBy)) needs.push('date')
    else if (draft.replyBy !== '' && draft.replyBy < today) needs.push('deadline_past')
  }
  return draft.step === 'joint_enforcement' ? needs : needs.concat(receiptNeeds(draft))
}

/** What must be there before the paper can be put on record. */
export function missing(draft: PaperDraft, given: Given): Need[] {
  const needs: Need[] = []
  if (given.person.trim() === '') needs.push('person')
  if (latitudeWrong(draft.place)) needs.push('latitude')
  if (longitudeWrong(draft.place)) needs.push('longitude')
  if (unconverted(draft.place)) needs.push('unconverted')
  if (skipped(given.papers, draft.step) !== null && draft.reason.trim() === '') needs.push('reason')
  if (draft.facts.trim() === '') needs.push('facts')
  return needs.concat(contentNeeds(draft, given))
}

function receiptOf({ kind, name, strokes, witness }: ReceiptDraft): Receipt {
  return kind === 'signed' ? { kind, name: name.trim(), strokes } : { kind: 'refused', witness: witness.trim() }
}

export function contentOf(draft: PaperDraft, photos: readonly string[]): PaperContent {
  const { step } = draft
  if (step === 'persuade') return { step, requirements: draft.requirements.trim(), deadline: draft.deadline, receipt: receiptOf(draft.receipt) }
  if (step === 'cut_off') return { step, measures: takenOf(draft.ticks, draft.notes, photos), receipt: receiptOf(draft.receipt) }
  const departments = draft.departments.map((name) => name.trim()).filter((name) => name !== '')
  return { step, departments, request: draft.request.trim(), reply_by: draft.replyBy === '' ? null : draft.replyBy }
}

export function requestOf(draft: PaperDraft, id: string, site: string, papers: DossierView['papers'], photos: readonly string[]): RecordPaper {
  const own = tickIds(draft.ticks)
  return {
    id: draft.paper,
    site,
    draft: id,
    problems: draft.problems,
    facts: draft.facts.trim(),
    content: contentOf(draft, photos),
    reason: skipped(papers, draft.step) === null ? '' : draft.reason.trim(),
    position: positionOf(draft.place),
    // The ids of the ticks mean nothing beyond the form.
    photos: photosOf(draft, photos).map((photo) => ({ ...photo, problem: photo.problem !== null && own.has(photo.problem) ? null : photo.problem })),
  }
}
