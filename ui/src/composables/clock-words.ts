import { amountOf } from '@/format/clock'
import type { ClockDeviation } from '@/wire/ClockDeviation'
import { useWords } from './words'

/** A clock's deviation as a sentence. */
export function useClockWords() {
  const { t, plural } = useWords()

  return ({ against, ahead_s }: ClockDeviation): string => {
    const { unit, sum } = amountOf(ahead_s)
    const amount = plural(`forms.clock.${unit}`, sum)
    return t(`forms.clock.${ahead_s < 0 ? 'behind' : 'ahead'}`, { amount, against: t(`forms.clock.against.${against}`) })
  }
}
