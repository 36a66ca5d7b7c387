import { distance } from '@/format/place'
import type { PositionFlag } from '@/wire/PositionFlag'
import type { Whereabouts } from '@/wire/Whereabouts'
import { useWords } from './words'

/** What speaks against a position, as sentences. `path` is the village of the position, by name. */
export function useWhereaboutsWords() {
  const { t } = useWords()

  function sentence(flag: PositionFlag, { distance_m }: Whereabouts, path: readonly string[]): string {
    const village = path[path.length - 1]
    if (flag === 'far_from_site') {
      return distance_m === null ? t('forms.position.flag.far_from_site_plain') : t('forms.position.flag.far_from_site', { distance: distance(distance_m) })
    }
    if (flag === 'other_village') {
      return village === undefined ? t('forms.position.flag.other_village_plain') : t('forms.position.flag.other_village', { village })
    }
    return t('forms.position.flag.mock')
  }

  return (whereabouts: Whereabouts, path: readonly string[]): { flag: PositionFlag; text: string }[] =>
    whereabouts.flags.map((flag) => ({ flag, text: sentence(flag, whereabouts, path) }))
}
