// Where the programs and the samples are.

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(fileURLToPath(import.meta.url), '../../../..')
const debug = join(process.env.VILLAGE_LEDGER_TARGET ?? process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug')

export const serverProgram = join(debug, 'sync-server')
export const appProgram = join(debug, 'village-ledger')
export const uiDist = process.env.VILLAGE_LEDGER_UI ?? join(root, 'ui/dist')
/** Where a test leaves a picture of what it saw. */
export const picture = (name) => join(root, 'tests/browser/out', `${name}.png`)

export const sample = (name) => join(root, 'samples', name)
/** Real photographs: copied into the samples, or beside the repository. */
export const photo = (name) => [sample(`photos/${name}`), join(root, '../shared/data/photos', name)].find(existsSync)

const browsers = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env.PATH ?? '').split(':').map((folder) => join(folder, name)))
export const chromium = process.env.CHROMIUM ?? browsers.find((path) => existsSync(path))

/** A folder of its own that is gone after the test. */
export async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), 'village-ledger-'))
  t.after(() => rm(path, { recursive: true, force: true, maxRetries: 5 }))
  return path
}
