import type { DossierView } from '@/wire/DossierView'
import type { EnforcementStep } from '@/wire/EnforcementStep'
import type { Measure } from '@/wire/Measure'
import type { NumberedPaper } from '@/wire/NumberedPaper'
import type { Permission } from '@/wire/Permission'

const order: Record<EnforcementStep, number> = { persuade: 0, cut_off: 1, joint_enforcement: 2 }
/** The steps in their order. */
export const STEPS = Object.keys(order) as EnforcementStep[]

const ticks: Record<Measure, true> = { water: true, power: true, raw_materials: true, equipment: true, premises: true }
/** The two cut off and the three cleared, in their order. */
export const MEASURES = Object.keys(ticks) as Measure[]

export const stepOf = ({ paper }: NumberedPaper): EnforcementStep => paper.content.step

/** What somebody must be allowed to do to take a step: whoever stands there writes notices and records, leads hand over. */
export const PERMISSION: Record<EnforcementStep, Permission> = { persuade: 'record', cut_off: 'record', joint_enforcement: 'supervise' }

/** The papers that count, the latest first: a void one took no step. */
export function standing(papers: readonly NumberedPaper[], step: EnforcementStep): NumberedPaper[] {
  return papers
    .filter((paper) => paper.void === null && stepOf(paper) === step)
    .sort((a, b) => Date.parse(b.paper.at) - Date.parse(a.paper.at))
}

export const wasTaken = (papers: readonly NumberedPaper[], step: EnforcementStep): boolean => standing(papers, step).length > 0

/** The first step that was not taken after all that were; `null` when the last was. */
export function nextStep(papers: readonly NumberedPaper[]): EnforcementStep | null {
  const last = Math.max(-1, ...STEPS.filter((step) => wasTaken(papers, step)).map((step) => order[step]))
  return STEPS[last + 1] ?? null
}

/** The step that should have come before and did not, for which a reason must be given. */
export function skipped(papers: readonly NumberedPaper[], step: EnforcementStep): EnforcementStep | null {
  const before = STEPS[order[step] - 1] ?? null
  return before !== null && !wasTaken(papers, before) ? before : null
}

/** Problems that are not closed out. */
export const openProblems = ({ problems }: Pick<DossierView, 'problems'>) => problems.filter(({ stage }) => stage !== 'closed_out')

export const isStep = (value: unknown): value is EnforcementStep => STEPS.some((step) => step === value)
