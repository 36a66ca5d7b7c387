/** How the name of a bundle ends. */
export const ENDING = '.vlbundle'

export type BundleFault = 'not_a_bundle' | 'too_large'

/**
 * Why a file is not worth sending. Chat programs put copies under names such as `a.vlbundle(1)` or `a.vlbundle.1`, so
 * the ending only has to be there; the office looks into the file.
 */
export function bundleFault(file: { name: string; size: number }, limit: number): BundleFault | null {
  if (!file.name.toLowerCase().includes(ENDING)) return 'not_a_bundle'
  return limit > 0 && file.size > limit ? 'too_large' : null
}
