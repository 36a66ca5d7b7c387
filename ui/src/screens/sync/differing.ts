import type { Difference } from '@/wire/Difference'
import type { DifferingDocument } from '@/wire/DifferingDocument'

/** Which side lacks something, as a key of `sync.lack`. */
export function lackOf({ lacking_here, lacking_there }: DifferingDocument): 'here' | 'there' | 'both' | 'unclear' {
  if (lacking_here && lacking_there) return 'both'
  if (lacking_there) return 'there'
  return lacking_here ? 'here' : 'unclear'
}

/** How many documents of a unit differ that are not listed. */
export const unlisted = ({ documents, first }: Difference): number => Math.max(0, documents - first.length)
