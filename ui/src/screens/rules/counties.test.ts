import { describe, expect, it } from 'vitest'
import { countiesOf } from './counties'

const units = [
  { code: '3502', name: '厦门市' },
  { code: '350211', name: '集美区' },
  { code: '350212', name: '同安区' },
  { code: '350211102', name: '灌口镇' },
]

describe('the counties of a scope', () => {
  it('are the one above a village, and those beneath a city', () => {
    expect(countiesOf(['350211102207', '350211102'], units)).toEqual([{ code: '350211', name: '集美区' }])
    expect(countiesOf(['3502'], units).map(({ code }) => code)).toEqual(['350211', '350212'])
    expect(countiesOf([], units)).toEqual([])
  })

  it('have their code where their name is not known', () => {
    expect(countiesOf(['350299001'], units)).toEqual([{ code: '350299', name: '350299' }])
  })
})
