import { isDay } from '@/format/time'

/** A case as it is filled in. */
export interface CaseForm {
  id: string
  number: string
  department: string
  filedOn: string
  fine: string
}

const MOST_YUAN = 1_000_000_000

/** A fine in whole yuan as people type it, with separators and full-width digits; `null` where it is none. */
export function yuanOf(text: string): number | null {
  const plain = text.normalize('NFKC').replace(/[,\s元]/g, '')
  if (plain === '') return 0
  if (!/^\d{1,10}$/.test(plain)) return null
  const yuan = Number(plain)
  return yuan <= MOST_YUAN ? yuan : null
}

export function caseNeeds(form: CaseForm, today: string): (keyof Omit<CaseForm, 'id'>)[] {
  const needs: (keyof Omit<CaseForm, 'id'>)[] = []
  if (form.number.trim() === '') needs.push('number')
  if (form.department.trim() === '') needs.push('department')
  if (!isDay(form.filedOn) || form.filedOn > today) needs.push('filedOn')
  if (yuanOf(form.fine) === null) needs.push('fine')
  return needs
}
