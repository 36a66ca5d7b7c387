import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CallError } from '@/host/host'
import { en, zh } from '@/i18n/messages'
import type { ApiError } from '@/wire/ApiError'
import { apiError, reasonSentence, sentence, type Words } from './sentence'

function wordsOf(messages: object): Words {
  const find = (key: string): unknown => key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], messages)
  return {
    te: (key) => typeof find(key) === 'string',
    t: (key, named = {}) => String(find(key)).replace(/\{(\w+)\}/g, (_, name: string) => String(named[name])),
  }
}
const chinese = wordsOf(zh)
const english = wordsOf(en)
const error = (part: Partial<ApiError>): ApiError => ({ code: 'internal', message: 'boom', field: null, reason: null, ...part })

describe('an error in words', () => {
  it('prefers the reason to the kind', () => {
    expect(sentence(error({ code: 'photo', reason: 'heic' }), chinese)).toContain('HEIC')
    expect(sentence(error({ code: 'photo', reason: 'heic' }), english)).toContain('JPEG')
  })

  it('falls back to the kind where the reason is unheard of', () => {
    expect(sentence(error({ code: 'photo', reason: 'sepia' }), chinese)).toBe('照片无法使用')
  })

  it('names the field that is to blame', () => {
    expect(sentence(error({ code: 'invalid', field: 'name' }), chinese)).toBe('请检查：名称')
    const deadline = error({ code: 'invalid', field: 'problems.0.deadline', reason: 'missing' })
    expect(sentence(deadline, chinese)).toBe('期限：必填内容为空')
  })

  it('tells the detail where the kind says too little', () => {
    expect(sentence(error({ code: 'internal' }), english)).toContain('boom')
  })

  it('falls back to the message where the kind is newer than this program', () => {
    expect(sentence({ ...error({}), code: 'eclipse' as ApiError['code'] }, chinese)).toBe('boom')
  })

  it('makes something of whatever was thrown', () => {
    expect(apiError(new CallError(error({ code: 'busy' }))).code).toBe('busy')
    expect(apiError(new TypeError('no')).message).toBe('no')
    expect(apiError('bare').code).toBe('internal')
  })
})

describe('the finer words', () => {
  const crates = join(import.meta.dirname, '../../../crates')

  it.each(['interchange/src/bad_row.rs', 'interchange/src/error.rs', 'photos/src/error.rs'])('of %s are all known', (file) => {
    const path = join(crates, file)
    if (!existsSync(path)) return
    const codes = [...readFileSync(path, 'utf8').matchAll(/Self::\w+[^=\n]*=> "(\w+)"/g)].map(([, code]) => code ?? '')
    expect(codes.length).toBeGreaterThan(5)
    for (const code of codes) expect(reasonSentence(code, chinese), code).not.toBeNull()
  })
})
