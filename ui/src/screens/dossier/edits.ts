import type { PlaceInput } from '@/format/place-input'
import { emptyPlace, fixedPlace, positionOf } from '@/format/place-input'
import type { FieldEdit } from '@/wire/FieldEdit'
import type { Position } from '@/wire/Position'
import type { SiteField } from '@/wire/SiteField'
import type { SiteFields } from '@/wire/SiteFields'

export type TextField = Exclude<SiteField, 'kind' | 'source' | 'position'>

export const TEXT_FIELDS: TextField[] = [
  'name',
  'industry',
  'operator',
  'telephone',
  'address',
  'credit_code',
  'landlord',
  'landlord_telephone',
  'remark',
]

/** What stands in the form. */
export interface EditForm {
  text: Record<TextField, string>
  kind: SiteFields['kind']
  source: SiteFields['source']
  place: PlaceInput
}

export function formOf(fields: SiteFields): EditForm {
  const text = Object.fromEntries(TEXT_FIELDS.map((field) => [field, fields[field]])) as Record<TextField, string>
  return { text, kind: fields.kind, source: fields.source, place: fields.position ? fixedPlace(fields.position) : emptyPlace() }
}

/** Only what differs, so that nobody else's change is written over. */
export function editsOf(before: SiteFields, form: EditForm): FieldEdit[] {
  const edits: FieldEdit[] = []
  for (const field of TEXT_FIELDS) {
    const value = form.text[field].trim()
    if (value !== before[field]) edits.push({ field, was: before[field], value })
  }
  if (form.kind !== before.kind) edits.push({ field: 'kind', was: before.kind, value: form.kind })
  if (form.source !== before.source) edits.push({ field: 'source', was: before.source ?? '', value: form.source ?? '' })
  const position = positionOf(form.place)
  const same = JSON.stringify(position?.place ?? null) === JSON.stringify(before.position?.place ?? null)
  if (position !== before.position && !same) {
    const written = (one: Position | null): string => (one ? JSON.stringify(one) : '')
    edits.push({ field: 'position', was: written(before.position), value: written(position) })
  }
  return edits
}
