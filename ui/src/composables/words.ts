import { useI18n } from 'vue-i18n'
import { sentence } from '@/errors/sentence'
import { count } from '@/format/number'
import { dayAndMinute, minute, recency } from '@/format/time'

/** Everything that turns values into words of the chosen language. */
export function useWords() {
  const { t, te } = useI18n()

  const words = {
    t: (key: string, named?: Record<string, unknown>): string => t(key, named ?? {}),
    te: (key: string): boolean => te(key),
  }

  return {
    t: words.t,
    te: words.te,
    /** With `{sum}` as the number, in its plural form. */
    plural: (key: string, sum: number, named: Record<string, unknown> = {}): string =>
      t(key, { ...named, sum: count(sum) }, sum),
    say: (error: unknown): string => sentence(error, words),
    /** `今天 17:32`, `昨天 17:32`, or the day in full. */
    moment: (at: string): string => {
      const when = recency(at, Date.now())
      return when === 'earlier' ? dayAndMinute(at) : t(`common.${when}_at`, { time: minute(at) })
    },
  }
}
