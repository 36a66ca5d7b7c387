import type { Alert } from '@/wire/Alert'
import type { AlertAnswer } from '@/wire/AlertAnswer'
import type { Case } from '@/wire/Case'
import type { Completion } from '@/wire/Completion'
import type { Decision } from '@/wire/Decision'
import type { DossierView } from '@/wire/DossierView'
import type { Inspection } from '@/wire/Inspection'
import type { NumberedPaper } from '@/wire/NumberedPaper'
import type { PhotoView } from '@/wire/PhotoView'
import type { PlanProgress } from '@/wire/PlanProgress'
import type { ProblemView } from '@/wire/ProblemView'
import type { StageChange } from '@/wire/StageChange'

interface Common {
  id: string
  at: string
  by: string
  photos: PhotoView[]
  problems: ProblemView[]
  decisions: Decision[]
}

export type Entry = Common &
  (
    | { kind: 'registered' }
    | { kind: 'inspection'; inspection: Inspection }
    | { kind: 'decision' }
    | { kind: 'completion'; completion: Completion }
    | { kind: 'problem' }
    | { kind: 'stage'; change: StageChange; problem: ProblemView | undefined }
    | { kind: 'progress'; progress: PlanProgress }
    | { kind: 'paper'; paper: NumberedPaper }
    | { kind: 'case'; filed: Case }
    | { kind: 'alert'; alert: Alert }
    | { kind: 'answer'; answer: AlertAnswer; alert: Alert | undefined }
    | { kind: 'photo' }
  )

export const SHOWN = ['all', 'inspections', 'problems', 'verdicts', 'enforcement', 'photos'] as const
export type Shown = (typeof SHOWN)[number]

/** Everything that happened, newest first; what belongs to a visit stands with it. */
export function timeline(dossier: DossierView): Entry[] {
  const { inspections, decisions, completions, problems, stage_changes, plan_progress, papers, cases, alerts, alert_answers } = dossier
  // What was photographed for a step or a paper stands with it.
  const photos = dossier.photos.filter(({ photo }) => photo.stage_change === null && photo.paper === null)
  const visits = new Set(inspections.map(({ id }) => id))
  const onVisit = (inspection: string | null): boolean => inspection !== null && visits.has(inspection)
  const known = new Set(problems.map(({ problem }) => problem.id))
  const nothing = { photos: [], problems: [], decisions: [] }

  const entries: Entry[] = [
    { kind: 'registered', id: `registered-${dossier.id}`, at: dossier.registered_at, by: dossier.registered_by, ...nothing },
    ...inspections.map(
      (inspection): Entry => ({
        kind: 'inspection',
        id: inspection.id,
        at: inspection.at,
        by: inspection.by,
        inspection,
        photos: photos.filter(({ photo }) => photo.inspection === inspection.id),
        problems: problems.filter(({ problem }) => problem.inspection === inspection.id),
        decisions: decisions.filter((decision) => decision.inspection === inspection.id),
      }),
    ),
    ...decisions
      .filter(({ inspection }) => !onVisit(inspection))
      .map((decision): Entry => ({ kind: 'decision', id: decision.id, at: decision.at, by: decision.by, ...nothing, decisions: [decision] })),
    ...completions.map((completion): Entry => ({ kind: 'completion', id: completion.id, at: completion.at, by: completion.by, completion, ...nothing })),
    ...problems
      .filter(({ problem }) => !onVisit(problem.inspection))
      .map((view): Entry => ({
        kind: 'problem',
        id: view.problem.id,
        at: view.problem.at,
        by: view.problem.by,
        ...nothing,
        problems: [view],
        photos: photos.filter(({ photo }) => photo.problem === view.problem.id && !onVisit(photo.inspection)),
      })),
    ...stage_changes.map((change): Entry => ({
      kind: 'stage',
      id: change.id,
      at: change.at,
      by: change.by,
      change,
      problem: problems.find(({ problem }) => problem.id === change.problem),
      ...nothing,
      photos: dossier.photos.filter(({ photo }) => photo.stage_change === change.id),
    })),
    ...plan_progress.map((progress): Entry => ({ kind: 'progress', id: progress.id, at: progress.at, by: progress.by, progress, ...nothing })),
    ...papers.map((paper): Entry => ({
      kind: 'paper',
      id: paper.paper.id,
      at: paper.paper.at,
      by: paper.paper.by,
      paper,
      ...nothing,
      photos: dossier.photos.filter(({ photo }) => photo.paper === paper.paper.id),
    })),
    ...cases.map((filed): Entry => ({ kind: 'case', id: filed.id, at: filed.at, by: filed.by, filed, ...nothing })),
    ...alerts.map((alert): Entry => ({ kind: 'alert', id: alert.id, at: alert.at, by: '', alert, ...nothing })),
    ...alert_answers.map((answer): Entry => ({ kind: 'answer', id: answer.id, at: answer.at, by: answer.by, answer, alert: alerts.find(({ id }) => id === answer.alert), ...nothing })),
    ...photos
      .filter(({ photo }) => !onVisit(photo.inspection) && !(photo.problem !== null && known.has(photo.problem)))
      .map((view): Entry => ({ kind: 'photo', id: view.photo.id, at: view.photo.at, by: view.photo.by, ...nothing, photos: [view] })),
  ]
  // Stable, so that of two facts of one moment the later recorded stands higher.
  return entries.reverse().sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
}

const ENFORCEMENT = new Set<Entry['kind']>(['paper', 'case', 'alert', 'answer'])

export function filtered(entries: Entry[], shown: Shown): Entry[] {
  return entries.filter((entry) => {
    if (shown === 'inspections') return entry.kind === 'inspection'
    if (shown === 'problems') return entry.problems.length > 0 || entry.kind === 'stage'
    if (shown === 'verdicts') return entry.decisions.length > 0 || entry.kind === 'completion' || entry.kind === 'progress'
    if (shown === 'enforcement') return ENFORCEMENT.has(entry.kind)
    if (shown === 'photos') return entry.photos.length > 0
    return true
  })
}
