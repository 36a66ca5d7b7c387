import { looseObject } from '@/format/tolerant'
import type { Draft } from '@/wire/Draft'

/** Whether a draft is this step of this problem. Without more of the form, so that the router need not load it. */
export function isStepOf({ kind, body }: Pick<Draft, 'kind' | 'body'>, problem: string, stage: string): boolean {
  if (kind !== 'step') return false
  const step = looseObject(body)
  return step['problem'] === problem && step['stage'] === stage
}
