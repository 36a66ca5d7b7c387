// Every screen in the engines of old phones' web views; and an inspection recorded in the oldest of them.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { phone } from './lib/console.mjs'
import { openOldBrowser, versions } from './lib/old-engines.mjs'
import { folder, photo, root } from './lib/places.mjs'
import { everywhere, PNG, png } from './lib/pmtiles.mjs'
import { until } from './lib/processes.mjs'
import { donghui, startServer } from './lib/server.mjs'
import { published } from './lib/totals.mjs'

const enterprise = '闽南厦集五金加工厂'
/** What the office does not have, because a device alone syncs, and says so. */
const notHere = new Set(['missing', 'sync', 'bundle', 'enrol'])

/** Of a form that nobody has begun. */
const newForm = '01900000-0000-7000-8000-000000000000'

/** What each screen must show, by the name of its route. Screens that are not named here must show some text. */
const landmarks = {
  today: 'totals-surveyed',
  sites: 'dossier-name',
  inspect: 'site-row',
  inspection: 'finish',
  registration: 'register-name',
  ledger: 'ledger-row',
  import: 'import-file',
  map: 'map',
  me: 'me-name',
}

/** Whether the map has drawn anything: lines of villages, of more than one colour. */
const mapIsDrawn = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('[data-testid="map"] canvas')].some((canvas) => {
      if (canvas.width * canvas.height === 0) return false
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      return new Set(new Uint32Array(data.buffer)).size > 2
    }),
  )

/** The routes of the product as its router has them, so that none is forgotten. */
async function routes() {
  const source = await readFile(join(root, 'ui/src/router.ts'), 'utf8')
  const found = [...source.matchAll(/path: '([^']+)'[^{}]*?(?:name|redirect): (?:'([^']+)')?/g)].map(([, path, name]) => ({ path, name }))
  const named = found.filter(({ name }) => name)
  assert.ok(named.length >= 10, `the router's routes can be read: ${JSON.stringify(found)}`)
  return named
}

function address(path, known) {
  const query = path.startsWith('/inspections/') ? `?site=${known.site}` : ''
  const filled = path.replace('(.*)*', '').replace(/\([^)]*\)/g, '').replace(/:(\w+)\??/g, (_, name) => {
    assert.ok(known[name], `this test must know what :${name} in ${path} stands for`)
    return known[name]
  })
  return filled + query
}

/** Donghui with one enterprise that has a problem, a paper and a task, so that every screen has something to show. */
async function office(t) {
  const server = await startServer(t, await folder(t))
  const filter = { grid: donghui, text: enterprise, standing: null, done: null, open_problems: null, conflict: null }
  const { sites } = await server.call('sites.list', { filter, after: null, limit: 1 })
  // One that is not done: a problem would reopen another, and the totals would no longer be the published ones.
  const undone = await server.call('sites.list', { filter: { grid: donghui, standing: 'upgrade', done: false }, after: null, limit: 1 })
  const site = undone.sites[0].id
  const [problem, task, paper] = [randomUUID(), randomUUID(), randomUUID()]
  const visit = { id: randomUUID(), site, draft: null, source: 'daily_patrol', position: null, fix_clock_ahead_s: null, decision: null, remarks: '', task: null, checklist: [], relapse: false, photos: [] }
  await server.call('inspections.record', { ...visit, problems: [{ id: problem, description: '喷漆废气直排', severity: 'ordinary', deadline: null }] })
  await server.call('tasks.enter', { id: task, kind: 'petition', grid: donghui, list: '热线', number: '1', title: '夜间喷漆异味', content: '', petitioner: '', from: '2026-11-01', deadline: null, site })
  const content = { step: 'persuade', requirements: '停止露天喷漆', deadline: '2099-12-31', receipt: { kind: 'refused', witness: '林秋' } }
  await server.call('papers.record', { id: paper, site, problems: [problem], facts: '喷漆废气直排', content, reason: '', position: null, photos: [], draft: null })
  await server.addDevice('旧手机')
  const [{ id: person }] = await server.call('people.list', {})
  const [{ id: device }] = (await server.call('devices.list', {})).devices
  return { server, enterprise: sites[0].id, known: { site, person, device, problem, task, paper, stage: 'confirmed', step: 'cut_off', grid: donghui, draft: newForm, rest: 'nowhere' } }
}

async function signIn(t, server, version) {
  const browser = await openOldBrowser(t, version, await folder(t))
  assert.equal(await browser.version(), version)
  const page = await browser.openPage(phone)
  await page.go((await server.command('sign-in-link')).match(/http\S+/)[0])
  await page.shows('totals-surveyed')
  return page
}

// The packages hold programs for this architecture alone.
const skip = process.arch !== 'x64' && 'there are no such engines for this architecture'

test('the console in old engines', { skip }, async (t) => {
  const { server, enterprise: site, known } = await office(t)
  const screens = await routes()

  for (const version of versions) {
    await t.test(`Chromium ${version}`, async (t) => {
      const page = await signIn(t, server, version)
      for (const [id, figure] of Object.entries(published)) await page.says(id, figure)
      for (const { path, name } of screens) {
        await t.test(name, async () => {
          await page.go(`${server.address}/#${address(path, known)}`)
          if (landmarks[name]) await page.shows(landmarks[name])
          if (name === 'map') await until('the map to be drawn', () => mapIsDrawn(page))
          await page.settled()
          const { text, colours, overflow } = await page.seen(`old-${version}-${name}`)
          assert.ok(text.length > 20, `it shows some text: ${text}`)
          assert.equal(text.includes('没有这一页'), notHere.has(name))
          assert.ok(colours > 16, `it is painted, with ${colours} colours`)
          assert.ok(overflow <= 0, `it is ${overflow} px wider than the phone`)
          assert.deepEqual(page.complaints, [])
        })
      }
    })
  }

  await t.test(`map tiles in Chromium ${versions[0]}`, async (t) => {
    const page = await signIn(t, server, versions[0])
    const archive = join(await folder(t), 'magenta.pmtiles')
    await writeFile(archive, everywhere(png([255, 0, 255]), PNG))
    await page.go(`${server.address}/#/map/tiles`)
    await page.attach('tiles-file', archive)
    await page.shows('tiles-kept')
    await page.go(`${server.address}/#/map`)
    await until('the tiles to be drawn', () =>
      page.evaluate(() =>
        [...document.querySelectorAll('[data-testid="map"] canvas')].some((canvas) => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width || 1, canvas.height || 1)
          return new Uint32Array(data.buffer).includes(0xffff00ff)
        }),
      ),
    )
    await page.seen('old-map-tiles')
    assert.deepEqual(page.complaints, [])
  })

  await t.test(`an inspection in Chromium ${versions[0]}`, async (t) => {
    const page = await signIn(t, server, versions[0])
    const by = (id) => page.press(id)
    const remarks = '旧手机上的检查。'
    const problem = '喷漆房未密闭'
    await page.go(`${server.address}/#/inspect/${site}`)
    await page.shows('finish')
    if (await page.count('person-name')) await page.type('person-name', '王阿花')
    await by('source-daily_patrol')
    await by('problem-add')
    await page.type('problem-description', problem)
    await page.attach('problem-photo-input', photo('gps-DSCN0010.jpg'))
    await page.shows('form-photo')
    await by('verdict-upgrade')
    await page.type('verdict-measures', '密闭并安装收集设施')
    await page.type('remarks', remarks)
    await page.says('saved-at', /^已存/)
    await page.seen('old-inspection')
    await by('finish')
    await page.says('dossier-name', enterprise)
    await until('the photo in the dossier', () =>
      page.evaluate(() => [...document.querySelectorAll('[data-testid="photo"] img')].some((img) => img.complete && img.naturalWidth > 0)),
    )
    await page.seen('old-dossier')
    assert.deepEqual(page.complaints, [])

    const dossier = await server.call('sites.dossier', { site })
    const inspection = dossier.inspections.find((inspection) => inspection.remarks === remarks)
    assert.ok(inspection, 'it is on record at the office')
    assert.equal(inspection.source, 'daily_patrol')
    assert.ok(dossier.problems.some((view) => view.problem.description === problem))
    assert.equal(dossier.photos.filter(({ present }) => present).length, 1)
  })
})
