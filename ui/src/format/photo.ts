/** The short code of a photo as it stands on stamped copies: `01234-56789`. */
export function photoCode(hash: string): string {
  return `${hash.slice(0, 5)}-${hash.slice(5, 10)}`
}

export const COMPASS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const

/** The nearest of the eight points of the compass. */
export function compassPoint(degrees: number): (typeof COMPASS)[number] {
  const eighth = Math.round((((degrees % 360) + 360) % 360) / 45) % 8
  return COMPASS[eighth] ?? 'n'
}
