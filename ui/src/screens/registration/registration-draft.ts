import { v7 as uuid } from 'uuid'
import { creditCodeFault } from '@/format/credit-code'
import { emptyPlace, latitudeWrong, longitudeWrong, type PlaceInput, positionOf, unconverted } from '@/format/place-input'
import { asId, asObject, asPlace, asText, asWord, looseObject } from '@/format/tolerant'
import { TEXT_FIELDS, type TextField } from '@/screens/dossier/edits'
import type { InspectionSource } from '@/wire/InspectionSource'
import type { SiteFields } from '@/wire/SiteFields'
import type { SiteKind } from '@/wire/SiteKind'
import { KINDS, SOURCES } from '@/words'

const VERSION = 1

/** A registration as it is filled in. */
export interface RegistrationDraft {
  version: number
  /** The id of the site to be, so that pressing twice registers once. */
  site: string
  place: PlaceInput
  grid: string
  /** Whether a person chose the village, which a position then no longer changes. */
  gridPicked: boolean
  kind: SiteKind
  source: InspectionSource | null
  text: Record<TextField, string>
}

export function newRegistration(): RegistrationDraft {
  const text = Object.fromEntries(TEXT_FIELDS.map((field) => [field, ''])) as Record<TextField, string>
  return { version: VERSION, site: uuid(), place: emptyPlace(), grid: '', gridPicked: false, kind: 'enterprise', source: null, text }
}

export function parseRegistration(body: string): RegistrationDraft {
  const loose = looseObject(body)
  const texts = asObject(loose['text'])
  const grid = asText(loose['grid'])
  return {
    version: VERSION,
    site: asId(loose['site']) ?? uuid(),
    place: asPlace(loose['place']),
    grid: /^\d{12}$/.test(grid) ? grid : '',
    gridPicked: loose['gridPicked'] === true,
    kind: asWord(loose['kind'], KINDS) ?? 'enterprise',
    source: asWord(loose['source'], SOURCES),
    text: Object.fromEntries(TEXT_FIELDS.map((field) => [field, asText(texts[field])])) as Record<TextField, string>,
  }
}

export function fieldsOf(draft: RegistrationDraft): SiteFields {
  const text = Object.fromEntries(
    TEXT_FIELDS.map((field) => [field, draft.text[field].trim()]),
  ) as Record<TextField, string>
  return { ...text, grid: draft.grid, kind: draft.kind, source: draft.source, position: positionOf(draft.place) }
}

export type Need = 'name' | 'credit_code' | 'grid' | 'person' | 'latitude' | 'longitude' | 'unconverted'

/** What must be there before the site can be registered. */
export function missing(draft: RegistrationDraft, person: string): Need[] {
  const needs: Need[] = []
  if (person.trim() === '') needs.push('person')
  if (latitudeWrong(draft.place)) needs.push('latitude')
  if (longitudeWrong(draft.place)) needs.push('longitude')
  if (unconverted(draft.place)) needs.push('unconverted')
  if (draft.grid === '') needs.push('grid')
  if (draft.text.name.trim() === '') needs.push('name')
  if (creditCodeFault(draft.text.credit_code) !== null) needs.push('credit_code')
  return needs
}
