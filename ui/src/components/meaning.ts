import type { SiteSummary } from '@/wire/SiteSummary'
import type { Verdict } from '@/wire/Verdict'

export type Meaning = Verdict | 'unjudged' | 'overdue' | 'conflict'

/** One shape for each meaning, stroked in a box of 24, so that it can be read without colour. */
export const SHAPES: Record<Meaning, { path: string; filled?: boolean }> = {
  clean: { path: 'M4.5 12.5 L10 18 L19.5 6.5' },
  upgrade: { path: 'M12 4 L21 20 H3 Z', filled: true },
  relocate: { path: 'M3 12 H20 M13 5 L20 12 L13 19' },
  shut_down: { path: 'M5 5 L19 19 M19 5 L5 19' },
  unjudged: { path: 'M12 4 A8 8 0 1 1 11.99 4 Z' },
  overdue: { path: 'M12 3.5 A8.5 8.5 0 1 1 11.99 3.5 Z M12 7.5 V12.5 L15.5 14.5' },
  conflict: { path: 'M8.5 6.5 A5.5 5.5 0 1 1 8.49 6.5 Z M15.5 6.5 A5.5 5.5 0 1 1 15.49 6.5 Z' },
}

export const COLOURS: Record<Meaning, string> = {
  clean: 'var(--clean)',
  upgrade: 'var(--upgrade)',
  relocate: 'var(--relocate)',
  shut_down: 'var(--shut-down)',
  unjudged: 'var(--quiet)',
  overdue: 'var(--shut-down)',
  conflict: 'var(--conflict)',
}

export function standingOf(site: SiteSummary): Verdict | 'unjudged' {
  return site.verdict ?? 'unjudged'
}

export function isPolluting(verdict: Verdict | null): boolean {
  return verdict !== null && verdict !== 'clean'
}
