import { describe, expect, it } from 'vitest'
import { differs, freshFault, isComplete } from './password'

const typed = (fresh: string, again = fresh, current = '') => ({ current, fresh, again })

describe('a new password', () => {
  it('has 10 to 200 characters, counted as people count', () => {
    expect(freshFault(typed(''))).toBe(null)
    expect(freshFault(typed('ninechars'))).toBe('short')
    expect(freshFault(typed('十个汉字也是够长的。'))).toBe(null)
    expect(freshFault(typed('😀'.repeat(9)))).toBe('short')
    expect(freshFault(typed('x'.repeat(200)))).toBe(null)
    expect(freshFault(typed('x'.repeat(201)))).toBe('long')
  })

  it('is another one', () => {
    expect(freshFault(typed('correct horse', '', 'correct horse'))).toBe('same')
  })

  it('is typed twice alike; half of it is no difference yet', () => {
    expect(differs(typed('correct horse', ''))).toBe(false)
    expect(differs(typed('correct horse', 'correct'))).toBe(false)
    expect(differs(typed('correct horse', 'correct house'))).toBe(true)
  })

  it('is complete with both, and with the current one where that is needed', () => {
    expect(isComplete(typed('correct horse'), false)).toBe(true)
    expect(isComplete(typed('correct horse'), true)).toBe(false)
    expect(isComplete(typed('correct horse', 'correct horse', 'the old one'), true)).toBe(true)
    expect(isComplete(typed('correct horse', 'correct'), false)).toBe(false)
    expect(isComplete(typed('short'), false)).toBe(false)
    expect(isComplete(typed(''), false)).toBe(false)
  })
})
