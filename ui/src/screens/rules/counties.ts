import type { GridUnit } from '@/wire/GridUnit'

const DIGITS = 6

/** The counties of a scope: the one that contains it, or those that it contains. */
export function countiesOf(scope: readonly string[], units: readonly GridUnit[]): GridUnit[] {
  const names = new Map(units.map(({ code, name }) => [code, name]))
  const codes = new Set<string>()
  for (const code of scope) {
    if (code.length >= DIGITS) codes.add(code.slice(0, DIGITS))
    else for (const unit of units) if (unit.code.length === DIGITS && unit.code.startsWith(code)) codes.add(unit.code)
  }
  return [...codes].sort().map((code) => ({ code, name: names.get(code) ?? code }))
}
