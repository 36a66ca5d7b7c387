import type { Words } from '@/errors/sentence'
import { count } from '@/format/number'

/** Words of a fact that speak of another word: where that is found. */
const WORDS_OF: Record<string, string> = {
  stage: 'words.stage',
  decision: 'words.verdict',
  field: 'words.site_field',
  paper: 'words.enforcement_step',
}

/** What one fact would put on record, such as `stage:closed_out` or `photo`. What is not known is named as it is. */
export function factSentence(fact: string, { t, te }: Words): string {
  const [kind = '', ...rest] = fact.split(':')
  const of = rest.join(':')
  if (fact === 'stage:sent_back') return t('held.fact.sent_back')
  const words = WORDS_OF[kind]
  if (words !== undefined && te(`${words}.${of}`)) return t(`held.fact.${kind}`, { what: t(`${words}.${of}`) })
  if (kind === 'paper') return t('held.fact.paper_plain')
  if (kind === 'field' && of === 'grid') return t('held.fact.grid')
  const plain = `held.fact.${kind}`
  return te(plain) && words === undefined ? t(plain) : t('held.fact.other', { fact })
}

/** The facts of a change in words, in their order; what comes several times is said once, with its number. */
export function factSentences(facts: readonly string[], words: Words): string[] {
  const sums = new Map<string, number>()
  for (const fact of facts) {
    const what = factSentence(fact, words)
    sums.set(what, (sums.get(what) ?? 0) + 1)
  }
  return [...sums].map(([what, sum]) => (sum === 1 ? what : words.t('held.fact.times', { what, sum: count(sum) })))
}

/** Why work is held; `damaged` is what nobody can put on record. */
export const HELD_REASONS = ['role', 'scope', 'rule', 'damaged']
