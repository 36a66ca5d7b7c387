import { describe, expect, it } from 'vitest'
import { emptyTaskFilter, taskFilterOf, taskQueryOf } from './task-query'

describe('a filter of tasks and its address', () => {
  it('are each other', () => {
    const filter = { grid: '350211102', kind: 'petition', list: '2026年第3批', state: 'checked', overdue: true } as const
    const query = taskQueryOf(filter)
    expect(query).toEqual({ grid: '350211102', kind: 'petition', list: '2026年第3批', state: 'checked', overdue: '1' })
    expect(taskFilterOf(query as Record<string, string>)).toEqual(filter)
  })

  it('leave out what cannot be', () => {
    expect(taskFilterOf({ grid: '35x', kind: 'rumour', state: '', overdue: 'maybe', list: null })).toEqual(emptyTaskFilter())
    expect(taskQueryOf(emptyTaskFilter())).toEqual({})
  })

  it('take yes for what sites call so', () => {
    expect(taskFilterOf({ overdue: 'yes' }).overdue).toBe(true)
    expect(taskFilterOf({ overdue: ['no', 'yes'] }).overdue).toBe(false)
  })
})
