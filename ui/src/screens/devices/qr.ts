/** Modules of white around the code, without which readers do not find it (ISO/IEC 18004). */
export const QUIET = 4

export interface QrShape {
  viewBox: string
  /** One path of all dark modules, run by run, so that no seam shows between them. */
  path: string
}

/** Draws rows of `0` (light) and `1` (dark). */
export function qrShape(rows: readonly string[]): QrShape {
  const runs = rows.flatMap((row, y) => [...row.matchAll(/1+/g)].map(({ index, 0: run }) => `M${index} ${y}h${run.length}v1h-${run.length}z`))
  const side = rows.length + 2 * QUIET
  return { viewBox: `${-QUIET} ${-QUIET} ${side} ${side}`, path: runs.join('') }
}
