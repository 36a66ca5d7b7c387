import { describe, expect, it } from 'vitest'
import { secondsUntil } from '@/composables/countdown'
import { CallError } from '@/host/host'
import type { ErrorCode } from '@/wire/ErrorCode'
import { arrivalOf, codeOf, refusalOf } from './outcome'

const failed = (code: ErrorCode, reason: string | null = null) => new CallError({ code, message: 'no', field: null, reason })

describe('a sign-in that failed', () => {
  it('says which of both was wrong', () => {
    expect(refusalOf(failed('unauthorized', 'password'), 'password')).toEqual({ kind: 'wrong_password' })
    expect(refusalOf(failed('unauthorized', 'code'), 'code')).toEqual({ kind: 'wrong_code' })
  })

  it('tells how long to wait', () => {
    expect(refusalOf(failed('too_many_requests', '17'), 'password')).toEqual({ kind: 'too_many', seconds: 17 })
    expect(refusalOf(failed('too_many_requests', '0.4'), 'code')).toEqual({ kind: 'too_many', seconds: 1 })
    expect(refusalOf(failed('too_many_requests'), 'password')).toEqual({ kind: 'too_many', seconds: 30 })
    expect(refusalOf(failed('too_many_requests', 'soon'), 'password')).toEqual({ kind: 'too_many', seconds: 30 })
  })

  it('blames nobody for a server that is away', () => {
    expect(refusalOf(failed('unreachable'), 'password')).toEqual({ kind: 'other' })
  })

  it('counts whole seconds down to nothing', () => {
    expect([secondsUntil(10_000, 0), secondsUntil(10_000, 9001), secondsUntil(10_000, 10_000), secondsUntil(10_000, 99_000)]).toEqual([10, 1, 0, 0])
  })
})

describe('a link that lets nobody in', () => {
  it('says whether it works no more or came too soon', () => {
    expect(arrivalOf('?sign-in=used')).toEqual({ kind: 'used' })
    expect(arrivalOf('?sign-in=wait&seconds=17')).toEqual({ kind: 'wait', seconds: 17 })
    expect(arrivalOf('')).toBe(null)
    expect(arrivalOf('?sign-in=else&seconds=3')).toBe(null)
  })

  it('makes nobody wait for what is no number', () => {
    for (const seconds of ['', '&seconds=', '&seconds=soon', '&seconds=-3']) expect(arrivalOf(`?sign-in=wait${seconds}`)).toEqual({ kind: 'wait', seconds: 30 })
  })
})

describe('a code', () => {
  it('is found in a link that was pasted', () => {
    expect(codeOf(' https://10.0.0.5:8770/sign-in?code=AB-12&x=1 ')).toBe('AB-12')
    expect(codeOf(' AB12 ')).toBe('AB12')
  })
})
