import { day } from '@/format/time'
import type { ProblemView } from '@/wire/ProblemView'
import type { Stage } from '@/wire/Stage'
import type { StageChange } from '@/wire/StageChange'
import { TRACK } from '@/words'

/** One of the six stages on the way of a problem. */
export interface Stop {
  stage: (typeof TRACK)[number]
  /** Behind it, where it is, where it was before it was sent back, or ahead. */
  state: 'done' | 'now' | 'undone' | 'ahead'
  /** The day on which it came here last; empty where it did not, or has to come again. */
  day: string
}

type Way = Pick<ProblemView, 'stage' | 'sent_back_from' | 'void'> & { problem: Pick<ProblemView['problem'], 'id' | 'at'> }

/** Where a problem goes on that was sent back, as `domain` has it. */
export function resumesAt(from: Stage | null): (typeof TRACK)[number] {
  return from === null || from === 'discovered' || from === 'confirmed' ? 'discovered' : 'rectifying'
}

/** The six stages with how far the problem has come. */
export function trackOf({ stage, sent_back_from: from, void: without, problem }: Way, changes: readonly StageChange[]): Stop[] {
  const back = stage === 'sent_back'
  const at = TRACK.indexOf(stage === 'sent_back' ? resumesAt(from) : stage)
  const until = back ? TRACK.findIndex((one) => one === from) : at
  const last = (one: Stage): string => {
    const reached = changes.filter((change) => change.problem === problem.id && change.stage === one && !without.includes(change.id))
    const moments = reached.map((change) => change.at).sort((a, b) => Date.parse(a) - Date.parse(b))
    return day(moments[moments.length - 1] ?? (one === 'discovered' ? problem.at : ''))
  }
  return TRACK.map((one, index) => {
    if (stage === 'closed_out' || index < at) return { stage: one, state: 'done', day: last(one) }
    if (index === at) return { stage: one, state: 'now', day: back ? '' : last(one) }
    return index <= until ? { stage: one, state: 'undone', day: '' } : { stage: one, state: 'ahead', day: '' }
  })
}
