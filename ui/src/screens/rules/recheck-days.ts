const MOST = 12
const LONGEST = 3650

export type DaysFault = 'empty' | 'word' | 'many' | 'range' | 'order'

/** Days as people write them: `30、90、180`, full-width digits and any separators included. */
export function parseDays(text: string): { days: number[]; fault: DaysFault | null } {
  const parts = text
    .normalize('NFKC')
    .split(/[\s,、;/天]+/)
    .filter((part) => part !== '')
  const days = parts.map(Number)
  const fault = ((): DaysFault | null => {
    if (parts.length === 0) return 'empty'
    if (parts.some((part) => !/^\d{1,6}$/.test(part))) return 'word'
    if (days.length > MOST) return 'many'
    if (days.some((day) => day < 1 || day > LONGEST)) return 'range'
    if (days.some((day, index) => index > 0 && day <= (days[index - 1] ?? 0))) return 'order'
    return null
  })()
  return { days: fault === null ? days : [], fault }
}
