// Chromium as old phones have it in their web views: real ones, which npm still has packed for another purpose.

import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { chmod, mkdir, rename } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { Browser } from './devtools.mjs'
import { root } from './places.mjs'

const { resolve } = createRequire(import.meta.url)
const cache = join(root, 'tests/browser/node_modules/.old-engines')

/** Major version: the package that holds it. */
const packed = { 88: 'chromium-88', 92: 'chromium-92', 106: '@sparticuz/chromium' }
export const versions = Object.keys(packed)

async function program(version) {
  const path = join(cache, version, 'chromium')
  if (existsSync(path)) return path
  const from = join(dirname(resolve(`${packed[version]}/package.json`)), 'bin/chromium.br')
  await mkdir(dirname(path), { recursive: true })
  // Under its name only when it is whole.
  const half = `${path}.${process.pid}`
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(half))
  await chmod(half, 0o755)
  await rename(half, path)
  return path
}

/** The browser of that version, running until the test ends. */
export async function openOldBrowser(t, version, profile) {
  const browser = await Browser.start(await program(version), [
    '--headless',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-zygote',
    '--hide-scrollbars',
    '--lang=zh-CN',
    `--user-data-dir=${profile}`,
    ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
  ])
  t.after(() => browser.end())
  return browser
}
