import type { TextField } from '@/screens/dossier/edits'

/** How each text field of a site is typed; the limits are far above what is real, and below what a store refuses. */
export const INPUT_OF: Record<TextField, Record<string, string | number | boolean>> = {
  name: { maxlength: 120, autocomplete: 'off' },
  industry: { maxlength: 60, autocomplete: 'off' },
  operator: { maxlength: 60, autocomplete: 'off' },
  telephone: { maxlength: 40, type: 'tel', autocomplete: 'off' },
  address: { maxlength: 200, autocomplete: 'off' },
  credit_code: { maxlength: 30, autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false' },
  landlord: { maxlength: 60, autocomplete: 'off' },
  landlord_telephone: { maxlength: 40, type: 'tel', autocomplete: 'off' },
  remark: { maxlength: 2000, autogrow: true },
}
