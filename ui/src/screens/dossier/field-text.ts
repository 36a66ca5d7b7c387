import { useWords } from '@/composables/words'
import { parsePosition, place } from '@/format/place'
import type { SiteField } from '@/wire/SiteField'

/** A field's value as stored, in words. */
export function useFieldText() {
  const { t, te } = useWords()

  return (field: SiteField, value: string): string => {
    if (value === '') return t('common.unknown')
    if (field === 'position') {
      const position = parsePosition(value)
      if (!position) return value
      const provider = `words.provider.${position.provider}`
      return te(provider) ? `${place(position.place)} · ${t(provider)}` : place(position.place)
    }
    if (field === 'kind' || field === 'source') {
      const key = `words.${field}.${value}`
      return te(key) ? t(key) : value
    }
    return value
  }
}
