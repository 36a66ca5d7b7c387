/** Groups of a typed code in one line: as many as a phone shows side by side without a scroll. */
const GROUPS_A_LINE = 4

/** A typed code in lines of a few groups, as it is read out and typed. */
export function linesOf(typed: string): string[] {
  const groups = typed.split('-').filter((group) => group !== '')
  const lines: string[] = []
  for (let at = 0; at < groups.length; at += GROUPS_A_LINE) lines.push(groups.slice(at, at + GROUPS_A_LINE).join(' '))
  return lines
}

/** So many bytes of a certificate's hash are shown to be compared, as on devices. */
const SHOWN_BYTES = 8
const GROUP = 4

/**
 * The beginning of the hash of the server's own certificate, as devices show it (`3F2A 91C0 …`), out of what the QR code
 * says; empty where authorities vouch for the server.
 */
export function certificateOf(url: string): string {
  const pin = /[#&]pin=([\w-]+)/.exec(url)?.[1]
  if (pin === undefined) return ''
  const bytes = atob(pin.split('-').join('+').split('_').join('/'))
  const digits = [...bytes.slice(0, SHOWN_BYTES)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()).join('')
  return digits.match(new RegExp(`.{1,${GROUP}}`, 'g'))?.join(' ') ?? ''
}
