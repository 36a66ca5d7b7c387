import type { SiteSummary } from '@/wire/SiteSummary'
import type { Verdict } from '@/wire/Verdict'

export type Meaning = Verdict | 'unjudged' | 'overdue' | 'conflict'
/** What lists and dossiers mark beyond that; maps do not. */
export type Sign = Meaning | 'relapsed' | 'recheck' | 'alert' | 'sent_back'

/** One shape for each meaning, stroked in a box of 24, so that it can be read without colour. */
export const SHAPES: Record<Sign, { path: string; filled?: boolean }> = {
  clean: { path: 'M4.5 12.5 L10 18 L19.5 6.5' },
  upgrade: { path: 'M12 4 L21 20 H3 Z', filled: true },
  relocate: { path: 'M3 12 H20 M13 5 L20 12 L13 19' },
  shut_down: { path: 'M5 5 L19 19 M19 5 L5 19' },
  unjudged: { path: 'M12 4 A8 8 0 1 1 11.99 4 Z' },
  overdue: { path: 'M12 3.5 A8.5 8.5 0 1 1 11.99 3.5 Z M12 7.5 V12.5 L15.5 14.5' },
  conflict: { path: 'M8.5 6.5 A5.5 5.5 0 1 1 8.49 6.5 Z M15.5 6.5 A5.5 5.5 0 1 1 15.49 6.5 Z' },
  // Round and back to where it began.
  relapsed: { path: 'M19.5 12 A7.5 7.5 0 1 1 16.5 6 M17.5 1.8 L16.8 6.4 L12.2 5.6' },
  // An eye: looked at once more.
  recheck: { path: 'M2.5 12 Q12 2.5 21.5 12 Q12 21.5 2.5 12 Z M12 9.3 A2.7 2.7 0 1 1 11.99 9.3 Z' },
  // A house that moved: the same roof twice.
  alert: { path: 'M3 11.5 L9 5.5 L15 11.5 M9 15.5 L15 9.5 L21 15.5 M11 14 V20 H19 V14' },
  sent_back: { path: 'M9 4.5 L3.5 10 L9 15.5 M3.5 10 H14 A6 5 0 0 1 14 20 H10' },
}

export const COLOURS: Record<Sign, string> = {
  clean: 'var(--clean)',
  upgrade: 'var(--upgrade)',
  relocate: 'var(--relocate)',
  shut_down: 'var(--shut-down)',
  unjudged: 'var(--quiet)',
  overdue: 'var(--shut-down)',
  conflict: 'var(--conflict)',
  relapsed: 'var(--shut-down)',
  recheck: 'var(--relocate)',
  alert: 'var(--upgrade)',
  sent_back: 'var(--upgrade)',
}

export function standingOf(site: SiteSummary): Verdict | 'unjudged' {
  return site.verdict ?? 'unjudged'
}

export function isPolluting(verdict: Verdict | null): boolean {
  return verdict !== null && verdict !== 'clean'
}
