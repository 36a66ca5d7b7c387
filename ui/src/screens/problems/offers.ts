import type { NextStep } from '@/wire/NextStep'
import type { ProblemView } from '@/wire/ProblemView'
import type { Stage } from '@/wire/Stage'

export interface Offers {
  /** The obvious step. */
  first: NextStep | null
  /** The others, sending back among them. */
  others: NextStep[]
  /** The stages between which somebody may decide, where people moved the problem apart. */
  settle: NextStep[]
}

/** The steps that may be taken, in the order in which they are offered. Sending back is never the obvious one. */
export function offersOf({ steps }: Pick<ProblemView, 'steps'>): Offers {
  const settle = steps.filter(({ settles }) => settles)
  const rest = steps.filter(({ settles }) => !settles)
  const [first] = settle.length > 0 ? [] : rest.filter(({ stage }) => stage !== 'sent_back')
  return { first: first ?? null, others: rest.filter((step) => step !== first), settle }
}

/** What a step is called: what is repeated is called otherwise. */
export function stepWord(step: Stage, now: Stage): string {
  const again = step === now && (step === 'rectifying' || step === 'supervised')
  return again ? `problems.again.${step}` : `problems.step.${step}`
}
