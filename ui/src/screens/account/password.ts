/** What the office accepts, in characters. */
export const SHORTEST = 10
export const LONGEST = 200

export interface Typed {
  current: string
  fresh: string
  again: string
}

export type Fault = 'short' | 'long' | 'same' | 'differs'

export const lengthOf = (text: string): number => [...text].length

/** What is wrong with the new password itself. Nothing is said of an empty field. */
export function freshFault({ current, fresh }: Typed): Exclude<Fault, 'differs'> | null {
  if (fresh === '') return null
  if (lengthOf(fresh) < SHORTEST) return 'short'
  if (lengthOf(fresh) > LONGEST) return 'long'
  return fresh === current ? 'same' : null
}

/** Whether the second time says something else; not while it is still being typed. */
export const differs = ({ fresh, again }: Typed): boolean => again !== '' && again !== fresh && !fresh.startsWith(again)

export function isComplete(typed: Typed, needsCurrent: boolean): boolean {
  return typed.fresh !== '' && freshFault(typed) === null && typed.again === typed.fresh && (!needsCurrent || typed.current !== '')
}
