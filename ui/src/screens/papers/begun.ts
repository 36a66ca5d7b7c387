import { asText, looseObject } from '@/format/tolerant'
import { useDrafts } from '@/stores/drafts'

/** The draft of a paper of this step that was begun for a site, if one was. */
export async function begunPaper(site: string, step: string): Promise<string | null> {
  const drafts = useDrafts()
  await drafts.load()
  return drafts.drafts.find((draft) => draft.kind === 'paper' && draft.site === site && asText(looseObject(draft.body)['step']) === step)?.id ?? null
}
