import type { PlanDraft } from '@/screens/inspection/inspection-draft'
import type { Decision } from '@/wire/Decision'
import type { DossierView } from '@/wire/DossierView'

type Decided = Pick<DossierView, 'decisions' | 'decision' | 'decision_tips' | 'contested_decisions'>

/** The decision in force. */
export function inForce({ decisions, decision }: Decided): Decision | null {
  return decisions.find(({ id }) => id === decision) ?? null
}

/** Decisions that were taken apart and differ: the one in force first. Empty where all agree. */
export function sidesOf(dossier: Decided): Decision[] {
  const { decisions, contested_decisions: contested } = dossier
  const stands = inForce(dossier)
  if (contested.length === 0 || stands === null) return []
  return [stands, ...decisions.filter(({ id }) => contested.includes(id))]
}

/** What others have taken the place of, the latest first. */
export function earlier({ decisions, decision, decision_tips: tips, contested_decisions: contested }: Decided): Decision[] {
  return decisions.filter(({ id }) => id !== decision && !tips.includes(id) && !contested.includes(id)).reverse()
}

/** What a new decision takes the place of. */
export const seenOf = ({ decision_tips: tips, contested_decisions: contested }: Decided): string[] => [...tips, ...contested]

/** A form filled in from a decision. */
export function planOf(decision: Decision | null): PlanDraft {
  return {
    verdict: decision?.verdict ?? null,
    measures: decision?.measures ?? '',
    deadline: decision?.deadline ?? '',
    responsibleUnit: decision?.responsible_unit ?? '',
    responsiblePerson: decision?.responsible_person ?? '',
  }
}
