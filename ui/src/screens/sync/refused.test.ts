import { createI18n } from 'vue-i18n'
import { describe, expect, it } from 'vitest'
import type { Words } from '@/errors/sentence'
import { zh } from '@/i18n/messages'
import type { RefusedChange } from '@/wire/RefusedChange'
import { refusedSentences, waitsForLead } from './refused'

const { global } = createI18n({ legacy: false, locale: 'zh', messages: { zh } })
const words: Words = { t: (key, named) => global.t(key, named ?? {}), te: (key) => global.te(key) }
const change = (part: Partial<RefusedChange>): RefusedChange => ({ site: null, site_name: null, reason: 'role', comment: '', ...part })

describe('a record that the server would not take', () => {
  it('waits for a lead where a right was missing', () => {
    expect(waitsForLead(change({}))).toBe(true)
    const [why, next] = refusedSentences(change({}), words)
    expect(why).toContain('权限')
    expect(next).toContain('组长')
  })

  it('tells what the lead said, and waits no longer', () => {
    const refused = change({ comment: '请先拍整改后的照片' })
    expect(waitsForLead(refused)).toBe(false)
    expect(refusedSentences(refused, words)[1]).toContain('请先拍整改后的照片')
  })

  it('waits for nobody where it is broken', () => {
    expect(waitsForLead(change({ reason: 'damaged' }))).toBe(false)
    expect(refusedSentences(change({ reason: 'nonsense' }), words)[0]).toContain('nonsense')
  })
})
