/** The characters of unified social credit codes (GB 32100-2015), in the order of their values. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const LENGTH = 18

export type CreditCodeFault = 'credit_code_length' | 'credit_code_character' | 'credit_code_check'

/** What is wrong with a credit code, as the host will find it; nothing, if none is given. */
export function creditCodeFault(text: string): CreditCodeFault | null {
  const code = [...text.trim().toUpperCase()]
  if (code.length === 0) return null
  if (code.length !== LENGTH) return 'credit_code_length'
  const values = code.map((character) => ALPHABET.indexOf(character))
  if (values.includes(-1)) return 'credit_code_character'
  let sum = 0
  let weight = 1
  for (const value of values.slice(0, -1)) {
    sum += value * weight
    weight = (weight * 3) % 31
  }
  return values[LENGTH - 1] === (31 - (sum % 31)) % 31 ? null : 'credit_code_check'
}
