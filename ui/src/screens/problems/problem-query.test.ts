import { describe, expect, it } from 'vitest'
import { isUnfiltered, isUsual, noProblemFilter, OPEN, problemFilterOf, problemQueryOf } from './problem-query'

const TASK = '01890a5d-ac96-774b-bcce-b302099a8057'

describe('a filter of problems and its address', () => {
  it('are each other', () => {
    const filter = { ...noProblemFilter(), grid: '350211102', stages: ['discovered' as const, 'sent_back' as const], severity: 'major' as const, overdue: true, contested: false, task: TASK, site: TASK, list: '2026年第3批' }
    const query = problemQueryOf(filter)
    expect(query).toEqual({ grid: '350211102', stage: 'discovered,sent_back', severity: 'major', overdue: '1', contested: '0', task: TASK, site: TASK, list: '2026年第3批' })
    expect(problemFilterOf(query as Record<string, string>)).toEqual(filter)
  })

  it('leave out what cannot be', () => {
    expect(problemFilterOf({ grid: '12x', stage: 'confirmed,burnt,', severity: 'huge', overdue: 'maybe', task: 'x', site: '7', contested: ['1', '0'] })).toEqual({
      ...noProblemFilter(),
      stages: ['confirmed'],
      contested: true,
    })
  })

  it('mean what is open where nobody has chosen anything', () => {
    expect(problemFilterOf({})).toEqual({ ...noProblemFilter(), stages: OPEN })
    expect(OPEN).toContain('sent_back')
    expect(OPEN).not.toContain('closed_out')
    expect(problemQueryOf(problemFilterOf({}))).toEqual({ stage: 'open' })
    expect(isUsual(problemFilterOf({}))).toBe(true)
    expect(problemFilterOf({ severity: 'major' }).stages, 'a figure that counts them all').toEqual([])
    expect(isUsual(problemFilterOf({ stage: 'open', severity: 'major' }))).toBe(false)
  })

  it('know when nothing is filtered', () => {
    expect(isUnfiltered(noProblemFilter())).toBe(true)
    expect(isUnfiltered({ ...noProblemFilter(), stages: ['confirmed'] })).toBe(false)
    expect(problemFilterOf({ stage: 'all' })).toEqual(noProblemFilter())
    expect(problemQueryOf(noProblemFilter())).toEqual({ stage: 'all' })
  })
})
