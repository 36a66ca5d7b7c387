import { describe, expect, it } from 'vitest'
import type { PersonInfo } from '@/wire/PersonInfo'
import { emptyForm, formOf, missingOf, narrows } from './person-form'
import { rolesGivenBy } from './roles'
import { coveredBy, within, withUnit } from './units'

const person = (...codes: string[]): PersonInfo => ({
  id: '0192-1',
  name: '洪志强',
  role: 'inspector',
  scope: codes.map((code) => ({ code, name: code })),
  has_password: false,
  devices: 1,
  seen_at: null,
  changeable: true,
})

describe('units', () => {
  it('name nothing twice', () => {
    expect(withUnit(['350211102'], '350211102207')).toEqual(['350211102'])
    expect(withUnit(['350211102207', '350211102208', '350212'], '350211102')).toEqual(['350211102', '350212'])
    expect(withUnit([], '350211')).toEqual(['350211'])
    expect(coveredBy(['350211', '350212'], '350212001')).toBe('350212')
    expect(coveredBy(['350211102'], '350211')).toBe(null)
  })

  it('lie within a scope, or all of them within none', () => {
    expect(within(['350211102207', '350212001001'], ['350211'])).toEqual(['350211102207'])
    expect(within(['350211'], ['350211102'])).toEqual([])
    expect(within(['350211'], [])).toEqual(['350211'])
  })
})

describe('a person', () => {
  it('gives nothing that they have not', () => {
    expect(rolesGivenBy('admin')).toContain('admin')
    expect(rolesGivenBy('lead')).toEqual(['inspector', 'viewer'])
    expect([rolesGivenBy('inspector'), rolesGivenBy('viewer'), rolesGivenBy(null)]).toEqual([[], [], []])
  })

  it('needs a name, a role and units, an administrator no units', () => {
    expect(missingOf({ name: ' ', role: null, grids: [] }, true)).toEqual(['name', 'role', 'grids'])
    expect(missingOf({ name: '陈主任', role: 'lead', grids: [] }, true)).toEqual(['grids'])
    expect(missingOf({ name: '管理员', role: 'admin', grids: [] }, true)).toEqual([])
    expect(missingOf({ name: '镇管理员', role: 'admin', grids: [] }, false)).toEqual(['grids'])
  })

  it('is an inspector of the one village of whoever adds them', () => {
    expect(emptyForm(rolesGivenBy('lead'), ['350211102207'])).toEqual({ name: '', role: 'inspector', grids: ['350211102207'] })
    expect(emptyForm(rolesGivenBy('admin'), ['350211']).grids).toEqual([])
    expect(emptyForm(rolesGivenBy('admin'), []).grids).toEqual([])
    expect(emptyForm(rolesGivenBy('lead'), ['350211102', '350211103']).grids).toEqual([])
  })

  it('loses units where others are named, not where wider ones are', () => {
    const before = person('350211102207', '350211102208')
    expect(narrows(before, formOf(before))).toBe(false)
    expect(narrows(before, { ...formOf(before), grids: ['350211102'] })).toBe(false)
    expect(narrows(before, { ...formOf(before), grids: ['350211102207'] })).toBe(true)
    expect(narrows(person(), { name: '', role: 'admin', grids: ['350211'] })).toBe(true)
    expect(narrows(before, { name: '', role: 'admin', grids: [] })).toBe(false)
  })
})
