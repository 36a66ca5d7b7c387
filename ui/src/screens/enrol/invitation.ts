import { apiError, type Words } from '@/errors/sentence'
import { secondsOf } from '@/errors/wait'

/** Characters of a typed code: where authorities vouch for the server, and with the beginning of its certificate's hash. */
export const CODE_LENGTHS = [12, 28] as const
const GROUP = 4

/** Whether it is what a QR code says, or becomes that while somebody types. It holds the address; a typed code does not. */
export const isLink = (text: string): boolean => /^\s*https?\b|:\/\/|#/i.test(text.normalize('NFKC'))

/** The characters of a typed code, with those that people confuse set right, as the device reads them. */
export const codeDigits = (typed: string): string =>
  typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
    .replace(/[^0-9A-HJKMNP-TV-Z]/g, '')

/** A typed code in groups of four, as it stands beneath the QR code; a link stays as it is. */
export function grouped(typed: string): string {
  if (isLink(typed)) return typed.trim()
  return codeDigits(typed).match(new RegExp(`.{1,${GROUP}}`, 'g'))?.join('-') ?? ''
}

/** How many characters a code of so many is meant to have. */
export const meantLength = (length: number): number => (length <= CODE_LENGTHS[0] ? CODE_LENGTHS[0] : CODE_LENGTHS[1])

/** Whether there is enough to be read. */
export const isWhole = (text: string, address: string): boolean =>
  isLink(text) || ((CODE_LENGTHS as readonly number[]).includes(codeDigits(text).length) && address.trim() !== '')

/** What went wrong on the way to a server, as a key of `enrol.trouble`; null where the common sentence says it. */
export function troubleOf(error: unknown): string | null {
  const { code, reason } = apiError(error)
  const byCode: Partial<Record<string, string>> = {
    unreachable: 'unreachable',
    malformed: 'malformed',
    too_many_requests: 'too_many_requests',
    certificate: reason === 'changed' ? 'certificate_changed' : 'certificate_untrusted',
  }
  const byReason: Partial<Record<string, string>> = {
    invitation: 'invitation',
    unknown: 'unknown',
    mistyped: 'mistyped',
    no_address: 'no_address',
    address: 'address',
    plain: 'plain',
    name: 'device_name',
    no_qr: 'no_qr',
  }
  return byCode[code] ?? (reason === null ? null : (byReason[reason] ?? null))
}

/** What a person is told, with what to do about it. */
export function troubleSentence(error: unknown, words: Words, say: (error: unknown) => string): string {
  const key = troubleOf(error)
  if (key === null) return say(error)
  const minutes = Math.max(1, Math.ceil((secondsOf(apiError(error).reason) ?? 0) / 60))
  return words.t(`enrol.trouble.${key}`, { minutes })
}

/** The field of the form that is to blame; empty where none is. */
export function blamed(error: unknown): 'text' | 'address' | 'device' | '' {
  const { field } = apiError(error)
  return field === 'text' || field === 'address' || field === 'device' ? field : ''
}

/** The picture among what was pasted or dropped, if there is one. */
export const pictureOf = (files: FileList | null | undefined): File | null => [...(files ?? [])].find(({ type }) => type.startsWith('image/')) ?? null
