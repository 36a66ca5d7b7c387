import type { PaperLine } from '@/wire/PaperLine'

/** What is out of the ordinary about a paper, as keys of words. */
export function stateWords({ void: isVoid, refused, numbered }: PaperLine): string[] {
  return [
    ...(isVoid ? ['papers.void'] : []),
    ...(refused ? ['papers.register.refused'] : []),
    ...(numbered ? [] : ['papers.register.unnumbered']),
  ]
}
