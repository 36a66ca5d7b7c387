import { describe, expect, it } from 'vitest'
import { fieldsOf, missing, newRegistration, parseRegistration } from './registration-draft'

describe('the draft of a registration', () => {
  it('comes back from the disk exactly, half a latitude included', () => {
    const draft = newRegistration()
    draft.text.name = '东辉五金'
    draft.place.latitude = '24.'
    expect(parseRegistration(JSON.stringify(draft))).toEqual(draft)
  })

  it.each(['', 'null', '[]', '{', '{"grid":"35","text":[],"kind":"castle"}'])('makes a form of anything: %s', (body) => {
    expect(parseRegistration(body)).toMatchObject({ grid: '', kind: 'enterprise', text: { name: '' } })
  })

  it('says what is missing', () => {
    const draft = newRegistration()
    expect(missing(draft, '')).toEqual(['person', 'grid', 'name'])
    draft.grid = '350211102207'
    draft.text.name = ' 东辉五金 '
    expect(missing(draft, '阿花')).toEqual([])
    expect(fieldsOf(draft)).toMatchObject({ name: '东辉五金', grid: '350211102207', position: null })
  })
})
