import { distanceM } from '@/format/place'
import type { DossierView } from '@/wire/DossierView'
import type { Inspection } from '@/wire/Inspection'
import type { PhotoView } from '@/wire/PhotoView'
import type { Position } from '@/wire/Position'
import type { ProblemView } from '@/wire/ProblemView'
import type { StageChange } from '@/wire/StageChange'

/**
 * What became of a step that is not simply part of the way: it had no effect; it waits to be settled, and another one
 * stands; it stands, and another one waits; it was not chosen when it was settled.
 */
export type Mark = 'void' | 'contested' | 'stands' | 'overruled'

interface Common {
  id: string
  at: string
  by: string
  position: Position | null
  /** How far that is from the site, in metres, where both are known. */
  away: number | null
  photos: PhotoView[]
}

export type StoryEntry = Common &
  (
    | { kind: 'found'; inspection: Inspection | null }
    | { kind: 'visit'; inspection: Inspection }
    | { kind: 'step'; change: StageChange; mark: Mark | null; settles: boolean }
  )

type Told = Pick<DossierView, 'inspections' | 'stage_changes' | 'photos' | 'fields'>

/** What happened to one problem, in the order in which it happened. */
export function storyOf(dossier: Told, view: ProblemView): StoryEntry[] {
  const { problem } = view
  const site = dossier.fields.position?.place ?? null
  const where = (position: Position | null) => ({ position, away: position && site ? distanceM(site, position.place) : null })
  const visits = new Map(dossier.inspections.map((inspection) => [inspection.id, inspection]))
  const photos = dossier.photos.filter(({ photo }) => photo.problem === problem.id)
  const onVisits = photos.filter(({ photo }) => photo.stage_change === null)
  const changes = dossier.stage_changes.filter((change) => change.problem === problem.id)
  const overruled = overruledBy(changes)

  const found = problem.inspection === null ? null : (visits.get(problem.inspection) ?? null)
  const entries: StoryEntry[] = [
    {
      kind: 'found',
      id: problem.id,
      at: problem.at,
      by: problem.by,
      inspection: found,
      ...where(found?.position ?? null),
      photos: onVisits.filter(({ photo }) => photo.inspection === problem.inspection),
    },
    ...changes.map((change): StoryEntry => {
      const mark = markOf(change.id, view, overruled)
      return {
        kind: 'step',
        id: change.id,
        at: change.at,
        by: change.by,
        change,
        mark,
        settles: [...overruled.values()].includes(change.id),
        ...where(change.position),
        photos: photos.filter(({ photo }) => photo.stage_change === change.id),
      }
    }),
  ]
  const later = new Set(onVisits.map(({ photo }) => photo.inspection).filter((id) => id !== problem.inspection))
  for (const id of later) {
    const inspection = id === null ? undefined : visits.get(id)
    const shown = onVisits.filter(({ photo }) => photo.inspection === id)
    if (inspection) entries.push({ kind: 'visit', id: inspection.id, at: inspection.at, by: inspection.by, inspection, ...where(inspection.position), photos: shown })
    // What shows it without a visit that is known here stands with the finding.
    else entries[0]?.photos.push(...shown)
  }
  const order = orderOf(changes)
  const moment = (entry: StoryEntry): number => order.get(entry.id)?.moment ?? Date.parse(entry.at)
  const depth = (entry: StoryEntry): number => (entry.kind === 'found' ? -1 : (order.get(entry.id)?.depth ?? 0))
  return entries.sort((a, b) => moment(a) - moment(b) || depth(a) - depth(b))
}

function markOf(id: string, { tips, contested, void: without }: ProblemView, overruled: ReadonlyMap<string, string>): Mark | null {
  if (without.includes(id)) return 'void'
  if (contested.includes(id)) return 'contested'
  if (contested.length > 0 && tips.includes(id)) return 'stands'
  return overruled.has(id) ? 'overruled' : null
}

/** A step is told after those that it was taken upon, whatever clock was wrong. */
function orderOf(changes: readonly StageChange[]): Map<string, { moment: number; depth: number }> {
  const byId = new Map(changes.map((change) => [change.id, change]))
  const known = new Map<string, { moment: number; depth: number }>()
  function place(change: StageChange, below: number): { moment: number; depth: number } {
    const already = known.get(change.id)
    if (already) return already
    // Nobody can build on what builds on them; a document that says so is not followed for ever.
    const before = below > changes.length ? [] : (change.after ?? []).flatMap((id) => byId.get(id) ?? [])
    const earlier = before.map((one) => place(one, below + 1))
    const moment = Math.max(Date.parse(change.at), ...earlier.map((one) => one.moment))
    const placed = { moment, depth: Math.max(0, ...earlier.map((one) => one.depth + 1)) }
    known.set(change.id, placed)
    return placed
  }
  for (const change of changes) place(change, 0)
  return known
}

/** Steps that were not chosen when somebody settled, each with the step that settled it. */
function overruledBy(changes: readonly StageChange[]): Map<string, string> {
  const byId = new Map(changes.map((change) => [change.id, change]))
  const order = orderOf(changes)
  const rounds = new Map<string, number>()
  const overruled = new Map<string, string>()
  const inOrder = [...changes].sort((a, b) => (order.get(a.id)?.depth ?? 0) - (order.get(b.id)?.depth ?? 0))
  for (const change of inOrder) {
    const before = (change.after ?? []).flatMap((id) => byId.get(id) ?? [])
    const apart = before.some((one) => !sameSide(one, before[0] ?? one, rounds))
    const settles = apart && before.some(({ stage }) => stage === change.stage)
    const round = Math.max(0, ...before.map(({ id }) => rounds.get(id) ?? 0))
    rounds.set(change.id, round + (change.stage === 'sent_back' && !settles ? 1 : 0))
    if (!apart) continue
    const chosen = before.find(({ stage }) => stage === change.stage)
    for (const one of before) if (chosen && !sameSide(one, chosen, rounds)) overruled.set(one.id, change.id)
  }
  return overruled
}

function sameSide(one: StageChange, other: StageChange, rounds: ReadonlyMap<string, number>): boolean {
  return (one.stage === 'sent_back') === (other.stage === 'sent_back') && rounds.get(one.id) === rounds.get(other.id)
}
