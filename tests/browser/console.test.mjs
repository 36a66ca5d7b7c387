// The office console in Chromium, served by the very server.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { join } from 'node:path'
import { desktop, openBrowser, openPage, phone, settled, violations } from './lib/console.mjs'
import { folder, picture } from './lib/places.mjs'
import { until } from './lib/processes.mjs'
import { donghui, startServer } from './lib/server.mjs'
import { published } from './lib/totals.mjs'

const village = '东辉村'
const enterprise = '闽南厦集五金加工厂'

test('a lead opens the console', async (t) => {
  const data = await folder(t)
  const server = await startServer(t, data)
  const browser = await openBrowser(t)
  const page = await openPage(browser, desktop)
  const go = (path) => page.goto(`${server.address}/#${path}`)
  const by = (id) => page.getByTestId(id)

  const totalsAreThePublished = async () => {
    for (const [id, figure] of Object.entries(published)) {
      await page.waitForFunction(([id, figure]) => document.querySelector(`[data-testid="${id}"]`)?.textContent.trim() === figure, [id, figure])
    }
  }

  await t.test('signs in by a link that works once', async () => {
    await page.goto(server.signIn)
    await by('totals-surveyed').waitFor()
    const other = await openPage(browser, phone)
    await other.goto(server.signIn)
    await other.goto(`${server.address}/`)
    await other.getByTestId('sign-in-name').waitFor()
    assert.deepEqual(await violations(other), [])
    await other.context().close()
  })

  await t.test('reads the published totals of Donghui', totalsAreThePublished)

  await t.test('finds a site by its Chinese name and opens its dossier', async () => {
    await by('tab-sites').click()
    await by('sites-search').fill('闽南厦集')
    await until('it alone to be found', async () => (await by('site-row').count()) === 1)
    await by('site-row').filter({ hasText: enterprise }).click()
    await page.waitForFunction((name) => document.querySelector('[data-testid="dossier-name"]')?.textContent.trim() === name, enterprise)
    assert.match(await page.getByTestId('dossier-path').textContent(), new RegExp(village))
  })

  const exported = join(data, 'exported.csv')
  await t.test('exports the ledger as Excel reads it', async () => {
    await go(`/ledger/${donghui}`)
    const [download] = await Promise.all([page.waitForEvent('download'), by('ledger-export').click()])
    assert.match(download.suggestedFilename(), /\.csv$/)
    await download.saveAs(exported)
    const bytes = await readFile(exported)
    assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf])
    const lines = bytes.toString('utf8').split('\r\n')
    assert.equal(lines.pop(), '', 'the last line ends too')
    assert.equal(lines.length, 1 + 180)
    assert.ok(lines.every((line) => !line.includes('\n')), 'only CRLF ends a line')
    assert.ok(lines.some((line) => line.includes(enterprise)))
  })

  await t.test('imports that file again, and nothing changes', async () => {
    await go('/import')
    await by('import-file').setInputFiles(exported)
    const unchanged = by('import-unchanged')
    await unchanged.waitFor()
    assert.equal(await unchanged.textContent(), '180')
    assert.equal(await by('import-added').textContent(), '0')
    assert.equal(await by('import-changed').textContent(), '0')
    await go('/')
    await totalsAreThePublished()
  })

  await t.test('meets nothing that axe minds, on any screen', async (t) => {
    await go('/sites')
    await by('site-row').first().click()
    await by('dossier-name').waitFor()
    const dossier = new URL(page.url()).hash.slice(1)
    await by('inspect-button').click()
    await by('finish').waitFor()
    const inspection = new URL(page.url()).hash.slice(1)
    const screens = {
      today: ['/', 'totals-surveyed'],
      sites: ['/sites', 'site-row'],
      dossier: [dossier, 'dossier-name'],
      registration: ['/registrations', 'register-name'],
      inspect: ['/inspect', 'site-row'],
      inspection: [inspection, 'finish'],
      ledger: [`/ledger/${donghui}`, 'ledger-row'],
      import: ['/import', 'import-file'],
      me: ['/me', 'me-name'],
    }
    for (const [size, viewport] of Object.entries({ phone, desktop })) {
      await page.setViewportSize(viewport)
      for (const [screen, [path, shown]] of Object.entries(screens)) {
        await t.test(`${screen}, ${size}`, async () => {
          await go(path)
          await by(shown).first().waitFor({ state: 'attached' })
          await settled(page)
          await page.screenshot({ path: picture(`console-${screen}-${size}`) })
          assert.deepEqual(await violations(page), [])
        })
      }
    }
  })

  assert.deepEqual(page.complaints, [])
})
