import { describe, expect, it } from 'vitest'
import type { ApiError } from '@/wire/ApiError'
import { en, zh } from '@/i18n/messages'
import { blamed, codeDigits, grouped, isLink, isWhole, meantLength, troubleOf, troubleSentence } from './invitation'

const error = (part: Partial<ApiError>): ApiError => ({ code: 'invalid', message: '', field: null, reason: null, ...part })
const link = 'https://192.168.1.5:8770/enrol#pin=AbC_d-9&code=0123456789'

describe('an invitation that is typed or pasted', () => {
  it('stands in groups of four, whatever was typed between them', () => {
    expect(grouped('abcd efgh')).toBe('ABCD-EFGH')
    expect(grouped('ABCD-')).toBe('ABCD')
    expect(grouped('o0il-1')).toBe('0011-1')
    expect(grouped('ａｂｃｄ１')).toBe('ABCD-1')
    expect(grouped('')).toBe('')
  })

  it('is left alone where it is a link, also while it is typed', () => {
    expect(grouped(` ${link}\n`)).toBe(link)
    for (const part of ['https', 'https:', 'https://office', link]) expect(grouped(part), part).toBe(part)
    expect(isLink('8TRX-9AB')).toBe(false)
  })

  it('is whole with all characters and an address, or as a link', () => {
    const code = 'A'.repeat(12)
    expect(isWhole(code, '')).toBe(false)
    expect(isWhole(code, '192.168.1.5:8770')).toBe(true)
    expect(isWhole(`${code}A`, '192.168.1.5:8770')).toBe(false)
    expect(isWhole('B'.repeat(28), 'office')).toBe(true)
    expect(isWhole(link, '')).toBe(true)
    expect([1, 12, 13, 28, 40].map(meantLength)).toEqual([12, 12, 28, 28, 28])
    expect(codeDigits('U*ü')).toBe('')
  })
})

describe('what goes wrong on the way to a server', () => {
  it('has a sentence of its own in both languages', () => {
    const cases: [Partial<ApiError>, string][] = [
      [{ code: 'unauthorized', reason: 'invitation' }, 'invitation'],
      [{ code: 'unreachable' }, 'unreachable'],
      [{ code: 'certificate', reason: 'changed' }, 'certificate_changed'],
      [{ code: 'certificate', reason: 'expired' }, 'certificate_untrusted'],
      [{ code: 'not_found', reason: 'no_qr' }, 'no_qr'],
      [{ reason: 'mistyped', field: 'text' }, 'mistyped'],
      [{ reason: 'no_address', field: 'address' }, 'no_address'],
      [{ reason: 'plain', field: 'address' }, 'plain'],
      [{ code: 'too_many_requests', reason: '61' }, 'too_many_requests'],
    ]
    for (const [part, key] of cases) {
      expect(troubleOf(error(part)), key).toBe(key)
      expect(zh.enrol.trouble, key).toHaveProperty(key)
      expect(en.enrol.trouble, key).toHaveProperty(key)
    }
  })

  it('is left to the common sentences otherwise', () => {
    expect(troubleOf(error({ code: 'photo', reason: 'heic' }))).toBeNull()
    expect(troubleSentence(error({ code: 'photo', reason: 'heic' }), { t: (key) => key, te: () => true }, () => 'HEIC')).toBe('HEIC')
  })

  it('tells how long to wait in whole minutes', () => {
    const t = (key: string, named?: Record<string, unknown>): string => `${key} ${JSON.stringify(named)}`
    expect(troubleSentence(error({ code: 'too_many_requests', reason: '61' }), { t, te: () => true }, String)).toContain('"minutes":2')
  })

  it('blames the field that it is about', () => {
    expect(blamed(error({ field: 'address' }))).toBe('address')
    expect(blamed(error({ code: 'unreachable' }))).toBe('')
  })
})
