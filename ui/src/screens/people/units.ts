/** The unit that contains this one, itself included. */
export const coveredBy = (units: readonly string[], code: string): string | null => units.find((unit) => code.startsWith(unit)) ?? null

/** With one unit more; those that lie within it need not be named any longer. */
export function withUnit(units: readonly string[], code: string): string[] {
  if (coveredBy(units, code) !== null) return [...units]
  return [...units.filter((unit) => !unit.startsWith(code)), code].sort()
}

/** The codes of those that lie within the scope; an empty scope is everything. */
export const within = (units: readonly string[], scope: readonly string[]): string[] =>
  scope.length === 0 ? [...units] : units.filter((code) => coveredBy(scope, code) !== null)
