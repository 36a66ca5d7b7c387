// An inspector with the very app: far from the server, through two crashes, and back.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { App } from './lib/app.mjs'
import { folder, photo } from './lib/places.mjs'
import { until } from './lib/processes.mjs'
import { donghui, startServer } from './lib/server.mjs'
import { stepsOf } from './lib/steps.mjs'
import { published } from './lib/totals.mjs'

const ahua = '王阿花'
const known = '闽南厦集五金加工厂'
const found = '东辉后山竹木加工点'
const remarks = '作坊在山坡上,没有信号。\n已当场告知整改要求。'
const problem = '锯末露天堆放,无防尘措施'
const measures = '搭建封闭堆棚并安装除尘设施'

test('an inspector at work without a signal', async (t) => {
  const data = await folder(t)
  const server = await startServer(t, join(data, 'server'))
  const app = new App(join(data, 'app'), {
    VILLAGE_LEDGER_DOWNLOADS: join(data, 'downloads'),
    VILLAGE_LEDGER_SERVER: server.address,
    VILLAGE_LEDGER_TOKEN: await server.addDevice(ahua),
  })
  t.after(() => app.close())
  const step = stepsOf(t, () => app.picture('app-failed'))

  const findSite = async (name) => {
    await app.press('tab-sites')
    await app.type('sites-search', name)
    await until(`${name} alone to be found`, async () => (await app.count('site-row')) === 1)
    await app.says('site-row', new RegExp(name))
  }
  const openSite = async (name) => {
    await findSite(name)
    await app.press('site-row')
    await app.says('dossier-name', name)
  }
  const formIsThere = async () => {
    assert.equal(await app.value('remarks'), remarks)
    assert.equal(await app.value('problem-description'), problem)
    assert.equal(await app.value('verdict-measures'), measures)
    assert.equal(await (await app.reach('verdict-upgrade')).getAttribute('aria-pressed'), 'true')
    await until('the photo of the problem', async () => (await app.decoded('form-photo')) === 1)
  }

  await step('gets Donghui from the server and sees its published totals', async () => {
    await app.open()
    for (const [id, figure] of Object.entries(published)) await app.says(id, figure)
    await app.picture('app-today')
  })

  await step('finds a site by its Chinese name', async () => {
    await findSite(known)
    await app.picture('app-sites')
  })

  await step('opens its dossier when the server is gone', async () => {
    await server.stop('SIGKILL')
    await app.press('site-row')
    await app.says('dossier-name', known)
    await app.picture('app-dossier')
    await app.press('dossier-back')
  })

  await step('registers a new site where she stands, and its village is found', async () => {
    await app.press('tab-today')
    await app.press('today-register')
    await app.type('register-lat', '24.6652')
    await app.type('register-lon', '118.0868')
    await app.says('register-village', /东辉村/)
    await app.type('register-name', found)
    await app.says('saved-at', /^已存本机 \d/)
    await app.picture('app-registration')
    await app.press('register-save')
    await app.says('dossier-name', found)
  })

  await step('fills in half an inspection with a photo', async () => {
    await app.press('inspect-button')
    await app.press('problem-add')
    await app.type('problem-description', problem)
    await app.attach('problem-photo-input', photo('gps-DSCN0010.jpg'))
    await until('the photo of the problem', async () => (await app.decoded('form-photo')) === 1)
    await app.press('verdict-upgrade')
    await app.type('verdict-measures', measures)
    await app.type('remarks', remarks)
    await app.says('saved-at', /^已存本机 \d/)
    await app.picture('app-inspection')
  })

  await step('finds it as it was when the app was killed meanwhile', async () => {
    await app.kill()
    await app.open()
    await app.press('resume')
    await formIsThere()
    await app.picture('app-inspection-again')
  })

  await step('finishes it', async () => {
    await app.press('source-daily_patrol')
    await app.press('finish')
    await app.says('dossier-name', found)
  })

  await step('finds all of it when the app was killed again', async () => {
    await app.kill()
    await app.open()
    await openSite(found)
    await app.says('timeline', new RegExp(problem))
    await app.says('timeline', /已当场告知整改要求/)
    await until('the photo', async () => (await app.decoded('photo')) >= 1)
    await app.picture('app-dossier-found')
  })

  await step('syncs when the server is back, and both sides are proved to be equal', async () => {
    await server.start()
    await app.press('dossier-back')
    await app.press('sync-line')
    await app.press('sync-now')
    await app.says('sync-state', /^已核验/)
    await app.says('sync-line', /已核验 181 份|已核验.*181/)
    await app.picture('app-sync')
  })

  await step('has all of it at the office', async () => {
    const filter = { grid: donghui, text: found, standing: null, done: null, open_problems: null, conflict: null }
    const { sites } = await server.call('sites.list', { filter, after: null, limit: 10 })
    assert.equal(sites.length, 1)
    const dossier = await server.call('sites.dossier', { site: sites[0].id })
    assert.equal(dossier.registered_by, ahua)
    assert.equal(dossier.inspections.length, 1)
    assert.equal(dossier.inspections[0].remarks, remarks)
    assert.equal(dossier.problems[0].problem.description, problem)
    assert.equal(dossier.decisions[0].verdict, 'upgrade')
    assert.equal(dossier.photos.length, 1)
    const [{ photo: reference, present }] = dossier.photos
    assert.equal(reference.problem, dossier.problems[0].problem.id)
    assert.ok(present)
    const bytes = await server.photo(reference.hash)
    assert.equal(createHash('sha256').update(bytes).digest('hex'), reference.hash)
    assert.equal(bytes.length, reference.bytes)
  })
})
