import { apiError } from '@/errors/sentence'
import { secondsOf } from '@/errors/wait'

/** How long to wait where the server does not say, in seconds. */
const SOME_SECONDS = 30

export type Refusal = { kind: 'wrong_password' | 'wrong_code' | 'other' } | { kind: 'too_many'; seconds: number }

/** What became of an attempt to sign in that failed. */
export function refusalOf(cause: unknown, by: 'password' | 'code'): Refusal {
  const { code, reason } = apiError(cause)
  if (code === 'too_many_requests') return { kind: 'too_many', seconds: secondsOf(reason) ?? SOME_SECONDS }
  if (code === 'unauthorized' || code === 'forbidden') return { kind: by === 'password' ? 'wrong_password' : 'wrong_code' }
  return { kind: 'other' }
}

export type Arrival = { kind: 'used' } | { kind: 'wait'; seconds: number }

/** Why the server sent somebody here who opened a sign-in link, out of the address; `null` for everybody else. */
export function arrivalOf(search: string): Arrival | null {
  const said = new URLSearchParams(search)
  const kind = said.get('sign-in')
  if (kind === 'wait') return { kind, seconds: secondsOf(said.get('seconds')) ?? SOME_SECONDS }
  return kind === 'used' ? { kind } : null
}

/** People paste the whole link as well. */
export const codeOf = (typed: string): string => /[?&]code=([^&\s]+)/.exec(typed)?.[1] ?? typed.trim()
