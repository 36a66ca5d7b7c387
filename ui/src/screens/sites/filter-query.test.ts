import { describe, expect, it } from 'vitest'
import { emptyFilter, filterOf, isEmpty, queryOf } from './filter-query'

const TASK = '01890a5d-ac96-774b-bcce-b302099a8057'

describe('a filter and its address', () => {
  it('are each other', () => {
    const filter = { grid: '350211102', text: '五金', standing: 'upgrade', done: false, open_problems: true, conflict: null, overdue: true, placed: null, industry: '喷涂', recheck_due: null, relapsed: true, alert: null, task: TASK, visited: false } as const
    const query = queryOf(filter)
    expect(query).toEqual({ grid: '350211102', text: '五金', standing: 'upgrade', done: 'no', open_problems: 'yes', overdue: 'yes', industry: '喷涂', relapsed: 'yes', task: TASK, visited: 'no' })
    expect(filterOf(query as Record<string, string>)).toEqual(filter)
  })

  it('leave out what cannot be', () => {
    expect(filterOf({ grid: 'x', standing: 'purple', done: 'maybe', text: '', conflict: ['yes', 'no'] })).toEqual({ ...emptyFilter(), conflict: true })
  })

  it('are found from a figure that is a door to its rows', () => {
    expect(filterOf({ recheckDue: '1', relapsed: '1', alert: '1', conflict: '1', task: TASK, visited: '0' })).toEqual({
      ...emptyFilter(),
      recheck_due: true,
      relapsed: true,
      alert: true,
      conflict: true,
      task: TASK,
      visited: false,
    })
    expect(filterOf({ task: 'x', visited: '1' }), 'visited without a task means nothing').toEqual(emptyFilter())
  })

  it('know when nothing is filtered', () => {
    expect(isEmpty(emptyFilter())).toBe(true)
    expect(queryOf(emptyFilter())).toEqual({})
  })
})
