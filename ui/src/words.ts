import type { Answer } from '@/wire/Answer'
import type { InspectionSource } from '@/wire/InspectionSource'
import type { Severity } from '@/wire/Severity'
import type { SiteKind } from '@/wire/SiteKind'
import type { Stage } from '@/wire/Stage'
import type { Verdict } from '@/wire/Verdict'

/** A list that has every word of a type, checked by the compiler through a record. */
const all = <T extends string>(words: Record<T, true>): T[] => Object.keys(words) as T[]

export const VERDICTS = all<Verdict>({ clean: true, upgrade: true, relocate: true, shut_down: true })
export const SEVERITIES = all<Severity>({ immediate: true, ordinary: true, major: true })
export const KINDS = all<SiteKind>({ enterprise: true, toilet: true, sewage: true, waste: true, housing: true, other: true })
export const SOURCES = all<InspectionSource>({
  survey: true,
  daily_patrol: true,
  joint_patrol: true,
  petition: true,
  assigned: true,
  recheck: true,
  spot_check: true,
})
export const ANSWERS = all<Answer>({ pass: true, fail: true, not_applicable: true })
/** The six stages in their order; being sent back is no stage of its own on this way. */
export const TRACK: Exclude<Stage, 'sent_back'>[] = ['discovered', 'confirmed', 'registered', 'rectifying', 'supervised', 'closed_out']
export const STAGES: Stage[] = [...TRACK, 'sent_back']
