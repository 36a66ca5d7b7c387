import { createI18n } from 'vue-i18n'
import { describe, expect, it } from 'vitest'
import type { Words } from '@/errors/sentence'
import { zh } from '@/i18n/messages'
import { factSentence, factSentences } from './facts'

const { global } = createI18n({ legacy: false, locale: 'zh', messages: { zh } })
const words: Words = { t: (key, named) => global.t(key, named ?? {}), te: (key) => global.te(key) }

describe('what held work would put on record', () => {
  it('is said in the terms of the domain', () => {
    expect(factSentence('stage:closed_out', words)).toBe('问题进到“销号”')
    expect(factSentence('stage:sent_back', words)).toBe('问题被退回')
    expect(factSentence('decision:clean', words)).toBe('判定为“非散乱污”')
    expect(factSentence('field:name', words)).toBe('修改“企业名称”')
    expect(factSentence('paper:joint_enforcement', words)).toBe('一份“联合执法”文书')
    expect(factSentence('inspection', words)).toBe('一次检查')
  })

  it('is named as it is where it is not known', () => {
    expect(factSentence('teleport:moon', words)).toBe('其他内容（teleport:moon）')
    expect(factSentence('stage:', words)).toBe('其他内容（stage:）')
    expect(factSentence('other', words)).toContain('其他内容')
  })

  it('says what repeats once, with its number', () => {
    expect(factSentences(['photo', 'stage:confirmed', 'photo', 'photo'], words)).toEqual(['一张照片 × 3', '问题进到“确认”'])
  })
})
