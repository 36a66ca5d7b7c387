import { apiError } from '@/errors/sentence'

/** How long to wait where the server does not say, in seconds. */
const SOME_SECONDS = 30

export type Refusal = { kind: 'wrong_password' | 'wrong_code' | 'other' } | { kind: 'too_many'; seconds: number }

/** What became of an attempt to sign in that failed. */
export function refusalOf(cause: unknown, by: 'password' | 'code'): Refusal {
  const { code, reason } = apiError(cause)
  if (code === 'too_many_requests') {
    const seconds = Number(reason)
    return { kind: 'too_many', seconds: reason !== null && Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : SOME_SECONDS }
  }
  if (code === 'unauthorized' || code === 'forbidden') return { kind: by === 'password' ? 'wrong_password' : 'wrong_code' }
  return { kind: 'other' }
}

/** People paste the whole link as well. */
export const codeOf = (typed: string): string => /[?&]code=([^&\s]+)/.exec(typed)?.[1] ?? typed.trim()
