import type { Need } from './paper-draft'

/** The part of the form to jump to for what is missing. */
export const PART: Record<Need, string> = {
  person: 'person',
  latitude: 'place',
  longitude: 'place',
  unconverted: 'place',
  reason: 'reason',
  facts: 'facts',
  requirements: 'requirements',
  deadline: 'deadline',
  deadline_past: 'deadline',
  date: 'deadline',
  measures: 'measures',
  measure_time: 'measures',
  measure_ahead: 'measures',
  departments: 'departments',
  request: 'request',
  receipt: 'receipt',
  signer: 'receipt',
  signature: 'receipt',
  signed_other: 'receipt',
  witness: 'receipt',
}

const OF_FIELD: Record<string, string> = {
  reason: 'reason',
  problems: 'problems',
  facts: 'facts',
  requirements: 'requirements',
  deadline: 'deadline',
  measures: 'measures',
  photos: 'measures',
  departments: 'departments',
  request: 'request',
  reply_by: 'reply',
  position: 'place',
  receipt: 'receipt',
  strokes: 'receipt',
  witness: 'receipt',
}

/** The part that holds a field of the request, such as `content.measures.0.at`; `null` where none does. */
export function partOfField(field: string | null): string | null {
  for (const name of (field ?? '').split('.')) {
    const part = OF_FIELD[name]
    if (part !== undefined) return part
  }
  return null
}
