import { describe, expect, it } from 'vitest'
import { en, zh } from '@/i18n/messages'
import type { DifferingDocument } from '@/wire/DifferingDocument'
import { lackOf, unlisted } from './differing'

const document = (part: Partial<DifferingDocument>): DifferingDocument => ({ site: null, name: '', lacking_here: false, lacking_there: false, damaged: false, ...part })

describe('a document that both sides hold differently', () => {
  it('says which side lacks something', () => {
    const cases = [
      [{ lacking_there: true }, 'there'],
      [{ lacking_here: true }, 'here'],
      [{ lacking_here: true, lacking_there: true }, 'both'],
      [{ damaged: true }, 'unclear'],
    ] as const
    for (const [part, key] of cases) {
      expect(lackOf(document(part))).toBe(key)
      expect(zh.sync.lack[key]).not.toBe(en.sync.lack[key])
    }
  })

  it('is counted where it is not listed', () => {
    const unit = { code: '350211102207', name: '东辉村' }
    expect(unlisted({ unit, documents: 52, first: [document({}), document({})] })).toBe(50)
    expect(unlisted({ unit, documents: 0, first: [document({})] })).toBe(0)
  })
})
