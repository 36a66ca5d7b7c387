import { describe, expect, it } from 'vitest'
import { emptyPlace } from '@/format/place-input'
import type { SiteFields } from '@/wire/SiteFields'
import { editsOf, formOf } from './edits'

const fields: SiteFields = {
  grid: '350211102207',
  kind: 'enterprise',
  name: '东辉五金',
  credit_code: '',
  address: '东辉村280号',
  position: { place: { latitude: 24.6601014, longitude: 118.0904521 }, accuracy_m: null, fixed_at: null, provider: 'import', mock: false },
  industry: '金属加工',
  operator: '郑美',
  telephone: '12703118365',
  landlord: '',
  landlord_telephone: '',
  source: null,
  remark: '',
}

describe('edits', () => {
  it('are nothing where nothing was changed, however many digits a position has', () => {
    expect(editsOf(fields, formOf(fields))).toEqual([])
  })

  it('are only what was changed', () => {
    const form = formOf(fields)
    form.text.telephone = ' 12700000000 '
    form.source = 'petition'
    form.place.latitude = '24.7'
    const edits = editsOf(fields, form)
    expect(edits.map(({ field }) => field)).toEqual(['telephone', 'source', 'position'])
    expect(edits[0]?.value).toBe('12700000000')
    expect(JSON.parse(edits[2]?.value ?? '')).toMatchObject({ provider: 'typed', place: { latitude: 24.7 } })
  })

  it('say not known by an empty text', () => {
    const form = formOf(fields)
    form.place = emptyPlace()
    form.text.operator = ''
    expect(editsOf(fields, form)).toEqual([
      { field: 'operator', was: '郑美', value: '' },
      { field: 'position', was: JSON.stringify(fields.position), value: '' },
    ])
  })
})
