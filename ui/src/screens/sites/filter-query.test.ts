import { describe, expect, it } from 'vitest'
import { emptyFilter, filterOf, isEmpty, queryOf } from './filter-query'

describe('a filter and its address', () => {
  it('are each other', () => {
    const filter = { grid: '350211102', text: '五金', standing: 'upgrade', done: false, open_problems: true, conflict: null, overdue: true, placed: null } as const
    const query = queryOf(filter)
    expect(query).toEqual({ grid: '350211102', text: '五金', standing: 'upgrade', done: 'no', open_problems: 'yes', overdue: 'yes' })
    expect(filterOf(query as Record<string, string>)).toEqual(filter)
  })

  it('leave out what cannot be', () => {
    expect(filterOf({ grid: 'x', standing: 'purple', done: 'maybe', text: '', conflict: ['yes', 'no'] })).toEqual({ ...emptyFilter(), conflict: true })
  })

  it('know when nothing is filtered', () => {
    expect(isEmpty(emptyFilter())).toBe(true)
    expect(queryOf(emptyFilter())).toEqual({})
  })
})
