import { describe, expect, it } from 'vitest'
import { MEASURES, nextStep, skipped, standing, STEPS } from './enforcement'
import { cutting, numbered, persuasion, transfer } from './paper-fixtures'

const notice = numbered(1, persuasion, '2026-03-01T02:00:00Z', 1)
const record = numbered(2, cutting, '2026-03-10T02:00:00Z', 1)

describe('the three steps', () => {
  it('and the five ticks have their order', () => {
    expect(STEPS).toEqual(['persuade', 'cut_off', 'joint_enforcement'])
    expect(MEASURES).toEqual(['water', 'power', 'raw_materials', 'equipment', 'premises'])
  })

  it('follow one another', () => {
    expect(nextStep([])).toBe('persuade')
    expect(nextStep([notice])).toBe('cut_off')
    expect(nextStep([notice, record])).toBe('joint_enforcement')
    expect(nextStep([notice, record, numbered(3, transfer, '2026-03-12T02:00:00Z', 1)])).toBeNull()
    // Who cut off at once is not asked to persuade afterwards.
    expect(nextStep([record])).toBe('joint_enforcement')
  })

  it('need a reason where the one before was not taken', () => {
    expect(skipped([], 'persuade')).toBeNull()
    expect(skipped([], 'cut_off')).toBe('persuade')
    expect(skipped([notice], 'cut_off')).toBeNull()
    expect(skipped([notice], 'joint_enforcement')).toBe('cut_off')
    expect(skipped([record], 'joint_enforcement')).toBeNull()
  })

  it('are not taken by a void paper', () => {
    const voided = numbered(4, persuasion, '2026-03-02T02:00:00Z', 2, true)
    expect(nextStep([voided])).toBe('persuade')
    expect(skipped([voided], 'cut_off')).toBe('persuade')
    expect(standing([voided, notice], 'persuade')).toEqual([notice])
  })
})
