import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createI18n } from 'vue-i18n'
import { describe, expect, it } from 'vitest'
import { zh } from '@/i18n/messages'
import { STAGES, VERDICTS } from '@/words'
import { factSentence } from './facts'

const { global } = createI18n({ legacy: false, locale: 'zh', messages: { zh } })
const words = { t: (key: string, named?: Record<string, unknown>): string => global.t(key, named ?? {}), te: (key: string): boolean => global.te(key) }
const other = words.t('held.fact.other', { fact: '' }).slice(0, 4)

const source = readFileSync(join(import.meta.dirname, '../../../../crates/store/src/quarantine/content.rs'), 'utf8')

describe('the words of held facts', () => {
  it('are all known that the server has', () => {
    const plain = [...source.matchAll(/=> (?:return )?"([a-z_]+)"\.to_owned\(\)/g)].map(([, word]) => word ?? '')
    expect(plain.length).toBeGreaterThan(12)
    for (const word of plain) expect(factSentence(word, words), word).not.toContain(other)
  })

  it('are known with all that they speak of', () => {
    const of: Record<string, readonly string[]> = { stage: STAGES, decision: VERDICTS, paper: ['persuade', 'cut_off', 'joint_enforcement'], field: Object.keys(zh.words.site_field) }
    const kinds = [...source.matchAll(/format!\("([a-z]+):\{/g)].map(([, kind]) => kind ?? '')
    expect([...new Set(kinds)].sort()).toEqual(Object.keys(of).sort())
    for (const kind of kinds) for (const word of of[kind] ?? []) expect(factSentence(`${kind}:${word}`, words), word).not.toContain(other)
  })
})
