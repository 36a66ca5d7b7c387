// How a paper comes onto one page: first smaller type, then its long texts in an annex. Nothing is ever cut.

/** Sizes of type in points, the largest first; below the last nothing can be read. */
export const SIZES = [16, 15, 14, 13, 12, 11, 10.5, 10, 9.5, 9] as const
const SMALLEST = SIZES.slice(-3)
export const ANNEX_SIZE = 12

/** The texts that may be as long as somebody likes, and so may stand in the annex. */
export type Part = 'facts' | 'demand' | 'reason' | 'departments'

export interface Plan {
  /** The size of the page's type, in points. */
  size: number
  /** The texts that stand in the annex. */
  annexed: Part[]
  /** Photos are set smaller than they usually are. */
  tight: boolean
}

/** All ways to set the page, the best first: whole in ever smaller type, without its longest texts, with smaller photos. */
export function plansFor(lengths: Partial<Record<Part, number>>): Plan[] {
  const longest = (Object.keys(lengths) as Part[]).filter((part) => (lengths[part] ?? 0) > 0).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0))
  const plans: Plan[] = []
  for (let moved = 0; moved <= longest.length; moved += 1) {
    for (const size of SIZES) plans.push({ size, annexed: longest.slice(0, moved), tight: false })
  }
  return plans.concat(SMALLEST.map((size) => ({ size, annexed: longest, tight: true })))
}

export const largest = (): Plan => ({ size: SIZES[0], annexed: [], tight: false })

/** The first way that fits; the last one where none does, which only names beyond all measure can bring about. */
export async function firstFitting(plans: readonly Plan[], fits: (plan: Plan) => Promise<boolean>): Promise<{ plan: Plan; fits: boolean }> {
  for (const plan of plans) if (await fits(plan)) return { plan, fits: true }
  return { plan: plans[plans.length - 1] ?? largest(), fits: false }
}

export interface Section {
  title: string
  text: string
}

/** What stands of a section on one sheet. */
export interface Piece extends Section {
  /** It goes on from the sheet before. */
  continued: boolean
}

/** Where a text may be parted at or before this place: never within a character. */
function partable(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return at > 0 && code >= 0xdc00 && code <= 0xdfff ? at - 1 : at
}

/** So many characters of the text fit below what stands on the sheet already. */
function most(section: Piece, fits: (piece: Piece) => boolean): number {
  let [low, high] = [0, section.text.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits({ ...section, text: section.text.slice(0, partable(section.text, middle)) })) low = middle
    else high = middle - 1
  }
  return partable(section.text, low)
}

/** Sections on as many sheets as they need, every character of them exactly once. */
export function sheetsOf(sections: readonly Section[], fits: (pieces: Piece[]) => boolean): Piece[][] {
  const sheets: Piece[][] = []
  let sheet: Piece[] = []
  for (const section of sections) {
    let rest: Piece = { ...section, continued: false }
    while (rest.text !== '') {
      const here = sheet
      const count = most(rest, (piece) => fits([...here, piece]))
      if (count === 0 && sheet.length > 0) {
        sheets.push(sheet)
        sheet = []
        continue
      }
      // On an empty sheet at least one character goes forward.
      const taken = count > 0 ? count : partable(rest.text, 1) || 2
      sheet = [...sheet, { ...rest, text: rest.text.slice(0, taken) }]
      rest = { ...rest, text: rest.text.slice(taken), continued: true }
      if (rest.text !== '') {
        sheets.push(sheet)
        sheet = []
      }
    }
  }
  return sheet.length > 0 ? [...sheets, sheet] : sheets
}
