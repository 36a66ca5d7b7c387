/** A share in thousandths, rounded half up; `null` where there is nothing to divide. */
export function perMille(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part * 2000 + whole) / (whole * 2))
}

/** `92.5%`, as such shares are published, or a dash where there is nothing to divide. */
export function rate(part: number, whole: number): string {
  const thousandths = perMille(part, whole)
  return thousandths === null ? '–' : `${Math.floor(thousandths / 10)}.${thousandths % 10}%`
}
