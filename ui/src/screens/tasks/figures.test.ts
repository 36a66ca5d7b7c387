import { describe, expect, it } from 'vitest'
import type { TaskFigures } from '@/wire/TaskFigures'
import { figuresOf, figuresOfOne, problemDoors } from './figures'

const figures: TaskFigures = {
  assigned: 80,
  checked: 80,
  with_problems: 74,
  problems: 107,
  major: 20,
  closed_out: 97,
  cases: 3,
  fines_yuan: 125_000,
  replied: 12,
  satisfied: 11,
  overdue: 2,
}
const text = (key: string, kind: 'petition' | 'assigned' | 'campaign' = 'assigned'): string | undefined => figuresOf(figures, kind).find((one) => one.key === key)?.text

describe('the figures of a list', () => {
  it('have the rates of their counts', () => {
    expect(text('discovery')).toBe('92.5%')
    expect(text('rectification')).toBe('90.7%')
    expect(text('fines')).toBe('125,000')
  })

  it('tell answers only where somebody asked', () => {
    expect(text('replied')).toBeUndefined()
    expect(text('satisfied', 'petition')).toBe('11')
    expect(text('overdue', 'campaign')).toBeUndefined()
  })

  it('lead to the problems that they count', () => {
    expect(problemDoors({ task: 't1' })).toEqual({
      problems: { path: '/problems', query: { task: 't1', stage: 'all' } },
      major: { path: '/problems', query: { task: 't1', stage: 'all', severity: 'major' } },
      closed_out: { path: '/problems', query: { task: 't1', stage: 'closed_out' } },
    })
  })

  it('of one task are what its own page does not say', () => {
    expect(figuresOfOne(figures, 'petition').map(({ key }) => key)).toEqual(['problems', 'major', 'closed_out', 'rectification', 'cases', 'fines'])
  })
})
