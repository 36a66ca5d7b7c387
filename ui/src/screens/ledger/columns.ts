import { count } from '@/format/number'
import type { LedgerRow } from '@/wire/LedgerRow'

/** What turns stored words into those of the chosen language. */
export type Translate = (key: string) => string

interface Column {
  /** As `words.column` names it. */
  key: string
  number?: boolean
  text: (row: LedgerRow, t: Translate) => string
}

const yesNo = (value: boolean, t: Translate): string => t(value ? 'common.yes' : 'common.no')

/** The columns of a ledger after its serial number and name, in the order in which they are written. */
export const COLUMNS: Column[] = [
  { key: 'county', text: (row) => row.county },
  { key: 'town', text: (row) => row.town },
  { key: 'village', text: (row) => row.village },
  { key: 'village_code', text: (row) => row.village_code },
  { key: 'credit_code', text: (row) => row.credit_code },
  { key: 'address', text: (row) => row.address },
  { key: 'longitude', number: true, text: (row) => row.place?.longitude.toFixed(6) ?? '' },
  { key: 'latitude', number: true, text: (row) => row.place?.latitude.toFixed(6) ?? '' },
  { key: 'industry', text: (row) => row.industry },
  { key: 'operator', text: (row) => row.operator },
  { key: 'telephone', text: (row) => row.telephone },
  { key: 'landlord', text: (row) => row.landlord },
  { key: 'landlord_telephone', text: (row) => row.landlord_telephone },
  { key: 'polluting', text: (row, t) => (row.verdict === null ? '' : yesNo(row.verdict !== 'clean', t)) },
  { key: 'problem', text: (row) => row.problem },
  { key: 'verdict', text: (row, t) => (row.verdict === null || row.verdict === 'clean' ? '' : t(`words.verdict.${row.verdict}`)) },
  { key: 'measures', text: (row) => row.measures },
  { key: 'deadline', text: (row) => row.deadline ?? '' },
  { key: 'progress', text: (row, t) => (row.done === null ? '' : t(row.done ? 'words.done' : 'words.in_progress')) },
  { key: 'done_on', text: (row) => row.done_on ?? '' },
  { key: 'responsible_unit', text: (row) => row.responsible_unit },
  { key: 'responsible_person', text: (row) => row.responsible_person },
  { key: 'source', text: (row, t) => (row.source === null ? '' : t(`words.source.${row.source}`)) },
  { key: 'remark', text: (row) => row.remark },
  { key: 'last_inspection', text: (row) => row.last_inspection ?? '' },
  { key: 'inspector', text: (row) => row.inspector },
  { key: 'photos', number: true, text: (row) => count(row.photos) },
  { key: 'open_problems', number: true, text: (row) => count(row.open_problems) },
]
