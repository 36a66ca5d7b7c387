import { CallError, isApiError } from '@/host/host'
import type { ApiError } from '@/wire/ApiError'

/** The part of vue-i18n that is needed, so that sentences can be tested without an application. */
export interface Words {
  t(key: string, named?: Record<string, unknown>): string
  te(key: string): boolean
}

export function apiError(error: unknown): ApiError {
  if (error instanceof CallError) return error.api
  if (isApiError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message, field: null, reason: null }
}

/** The sentence for a finer word, whichever kind of file it is said of. */
export function reasonSentence(reason: string, words: Words): string | null {
  for (const key of [reason, reason.replace(/^(photo|file)_/, '')]) {
    if (words.te(`reason.${key}`)) return words.t(`reason.${key}`)
  }
  return null
}

/** The name of a field; of `problems.0.deadline` that of the last part. */
function fieldName(field: string | null, words: Words): string | null {
  const last = field?.split('.').pop() ?? ''
  return words.te(`error.field.${last}`) ? words.t(`error.field.${last}`) : null
}

/** What a person is told: the reason where it is known, else the kind of thing that went wrong. */
export function sentence(error: unknown, words: Words): string {
  const { code, field, reason, message } = apiError(error)
  const finer = reason ? reasonSentence(reason, words) : null
  const blamed = code === 'invalid' ? fieldName(field, words) : null
  if (finer !== null) return blamed === null ? finer : words.t('error.invalid_because', { field: blamed, why: finer })
  if (blamed !== null) return words.t('error.invalid_field', { field: blamed })
  if (words.te(`error.code.${code}`)) {
    const said = words.t(`error.code.${code}`)
    return code === 'internal' || code === 'invalid' ? words.t('error.with_detail', { said, detail: message }) : said
  }
  return message
}
