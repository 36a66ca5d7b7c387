// The very app, killed after every step of an inspection: the camera must not lose the form.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { App } from './lib/app.mjs'
import { folder, photo } from './lib/places.mjs'
import { until } from './lib/processes.mjs'
import { startServer } from './lib/server.mjs'
import { stepsOf } from './lib/steps.mjs'

const known = '闽南厦集五金加工厂'
const problem = '喷漆废气直排'
const measures = '安装活性炭吸附装置'
const remarks = '负责人在场。'

test('an inspection that is interrupted after every step', async (t) => {
  const data = await folder(t)
  const pictures = join(data, 'pictures')
  await mkdir(pictures)
  const server = await startServer(t, join(data, 'server'))
  const app = new App(join(data, 'app'), {
    VILLAGE_LEDGER_DOWNLOADS: join(data, 'downloads'),
    VILLAGE_LEDGER_PICTURES: pictures,
    VILLAGE_LEDGER_SERVER: server.address,
    VILLAGE_LEDGER_TOKEN: await server.addDevice('陈阿强'),
  })
  t.after(() => app.close())
  const step = stepsOf(t, () => app.picture('app-killed-failed'))

  const saved = () => app.says('saved-at', /^已存本机 \d/)
  const pressed = async (id) => assert.equal(await (await app.reach(id)).getAttribute('aria-pressed'), 'true')
  const photos = (wanted) => until(`${wanted} photos in the form`, async () => (await app.decoded('form-photo')) === wanted)
  const draftId = () => app.page.execute(() => /inspections\/([^?]+)/.exec(location.hash)[1])
  const invoke = (command, request) =>
    app.page.executeAsync(
      (command, request, done) =>
        window.__TAURI_INTERNALS__.invoke('call', { command, request }).then(
          (reply) => done({ reply }),
          (error) => done({ error }),
        ),
      command,
      request,
    )
  /** As when the system takes the app away: nothing is told beforehand. */
  const killed = async () => {
    await app.kill()
    await app.open()
  }

  await step('finds the site and opens a form', async () => {
    await app.open()
    await app.says('totals-surveyed', '180').catch(() => undefined)
    await app.press('tab-sites')
    await app.type('sites-search', known)
    await until('the site alone', async () => (await app.count('site-row')) === 1)
    await app.press('site-row')
    await app.says('dossier-name', known)
    await app.press('inspect-button')
  })

  // What is done, and what must be there after the app was killed.
  const doings = [
    ['a problem', async () => {
      await app.press('problem-add')
      await app.type('problem-description', problem)
    }, async () => assert.equal(await app.value('problem-description'), problem)],
    ['a photo', () => app.attach('problem-photo-input', photo('gps-DSCN0010.jpg')), () => photos(1)],
    ['a verdict', () => app.press('verdict-upgrade'), () => pressed('verdict-upgrade')],
    ['measures', () => app.type('verdict-measures', measures), async () => assert.equal(await app.value('verdict-measures'), measures)],
    ['remarks', () => app.type('remarks', remarks), async () => assert.equal(await app.value('remarks'), remarks)],
  ]
  const expected = []
  for (const [name, work, there] of doings) {
    await step(`kills the app after ${name}, and all of the form so far is there`, async () => {
      await work()
      expected.push(there)
      if (name === 'a photo') await photos(1)
      await saved()
      await killed()
      await app.press('resume')
      for (const check of expected) await check()
    })
  }

  await step('kills the app while the camera is open, and the photo it took is in the form', async () => {
    const draft = await draftId()
    const { error } = await invoke('camera.expect', { id: randomUUID(), draft, problem: null, options: null })
    assert.equal(error, undefined)
    await app.kill()
    await copyFile(photo('orientation-portrait-6.jpg'), join(pictures, 'JPEG_20261122_081500_1.jpg'))
    await app.open()
    await app.press('found-photos')
    await app.says('photos-found', /已找回/)
    await photos(2)
    for (const check of expected.filter((check) => check !== expected[1])) await check()
    assert.deepEqual(await readdir(pictures), [], 'the camera’s file is taken in and removed')
    await app.picture('app-photo-found')
  })

  await step('draws on a photo, and the drawing is a photo of its own', async () => {
    await app.press('photo-draw')
    const canvas = await app.reach('sketch-canvas')
    const { x, y } = await canvas.getLocation()
    const { width, height } = await canvas.getSize()
    await app.page
      .action('pointer', { parameters: { pointerType: 'mouse' } })
      .move({ x: Math.round(x + width * 0.3), y: Math.round(y + height * 0.3) })
      .down()
      .move({ x: Math.round(x + width * 0.6), y: Math.round(y + height * 0.6), duration: 200 })
      .up()
      .perform()
    await app.picture('app-sketch')
    await app.press('sketch-save')
    await photos(3)
    await saved()
  })

  await step('kills the app once more and finishes', async () => {
    await killed()
    await app.press('resume')
    await photos(3)
    await app.press('source-daily_patrol')
    await app.press('finish')
    await app.says('dossier-name', known)
    await killed()
    const { reply: drafts } = await invoke('drafts.list', {})
    assert.deepEqual(drafts, [])
  })

  await step('has it once at the office, the drawing with its original', async () => {
    const filter = { grid: null, text: known, standing: null, done: null, open_problems: null, conflict: null, overdue: null, placed: null }
    const dossier = await until('the visit at the office', async () => {
      const { sites } = await server.call('sites.list', { filter, after: null, limit: 10 })
      const dossier = await server.call('sites.dossier', { site: sites[0].id })
      return dossier.photos.length === 3 && dossier.photos.every(({ present }) => present) ? dossier : undefined
    })
    assert.equal(dossier.inspections.filter(({ by }) => by === '陈阿强').length, 1)
    const sketches = dossier.photos.filter(({ photo }) => photo.sketch_of !== null)
    assert.equal(sketches.length, 1)
    assert.ok(dossier.photos.some(({ photo }) => photo.hash === sketches[0].photo.sketch_of))
  })

  await step('frees space only of what the server has, and fetches a photo again when it is looked at', async () => {
    await until('all to be stored', async () => (await invoke('sync.status', {})).reply.verified !== null)
    await app.press('tab-me')
    await app.press('space-age-d0')
    await app.press('space-release')
    await until('the question to be answered', async () => {
      if ((await app.count('space-result')) > 0) return true
      // A press while the question still moves into place may miss.
      for (const button of await app.page.$$('.q-dialog .q-btn')) if ((await button.getText()) === '移除') await button.click()
      return undefined
    })
    await app.says('space-result', /3 张/)
    await app.picture('app-space')
    await app.press('tab-sites')
    await app.type('sites-search', known)
    await until('the site alone', async () => (await app.count('site-row')) === 1)
    await app.press('site-row')
    await until('the thumbnails', async () => (await app.decoded('photo')) >= 3)
    await app.press('photo')
    await until('the whole photo', async () =>
      app.page.execute(() => [...document.querySelectorAll('[data-testid="photo-stage"] img')].some((img) => img.complete && img.naturalWidth > 400)),
    )
    await app.picture('app-photo-fetched')
  })
})
