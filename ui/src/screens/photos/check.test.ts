import { describe, expect, it } from 'vitest'
import { codeDigits } from './check'

describe('a code that somebody typed', () => {
  it.each(['01234-56789', '0123456789', ' 01234 56789 ', '01234－56789', '０１２３４５６７８９'])('is read however it was written: %s', (typed) => {
    expect(codeDigits(typed)).toBe('0123456789')
  })

  it.each(['', '12345', '01234-5678g', '核验码012345', '0'.repeat(65)])('is none: %s', (typed) => {
    expect(codeDigits(typed)).toBeNull()
  })
})
