// Photos in the form: ten at once, drawing on one, and the after photo beside the one from before.

import assert from 'node:assert/strict'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openBrowser, openPage, phone, settled, violations } from './lib/console.mjs'
import { folder, photo, picture } from './lib/places.mjs'
import { until } from './lib/processes.mjs'
import { donghui, startServer } from './lib/server.mjs'
import { stepsOf } from './lib/steps.mjs'

const enterprise = '闽南厦集五金加工厂'
const description = '喷漆房废气直排'
const written = '废气直排'
const real = [
  'gps-DSCN0010.jpg',
  'gps-DSCN0012.jpg',
  'gps-DSCN0021.jpg',
  'orientation-portrait-1.jpg',
  'orientation-portrait-3.jpg',
  'orientation-portrait-6.jpg',
  'orientation-portrait-8.jpg',
  'phone-8mp-gps.jpg',
]

/** Real photos, and the same with a few bytes behind their end: other files, which are other uploads. */
async function tenFiles(data) {
  const broken = join(data, 'broken.jpg')
  await writeFile(broken, (await readFile(photo(real[0]))).subarray(0, 3000))
  const last = join(data, 'last.jpg')
  await copyFile(photo(real[1]), last)
  return [photo(real[0]), broken, ...real.slice(1).map(photo), last]
}

test('photos of an inspection', async (t) => {
  const data = await folder(t)
  const server = await startServer(t, data)
  const browser = await openBrowser(t, ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'])
  const page = await openPage(browser, phone)
  const by = (id) => page.getByTestId(id)
  const shown = (id, count) => until(`${count} ${id}`, async () => (await by(id).count()) === count)
  const press = (id) => by(id).click()
  const saved = () => until('the form to be saved', async () => /^已存服务器 \d/.test((await by('saved-at').textContent()).trim()))
  const decoded = (id) => until(`the picture of ${id}`, () => by(id).locator('img').first().evaluate((img) => img.complete && img.naturalWidth > 0))
  const fair = async (name) => {
    await settled(page)
    await page.screenshot({ path: picture(`photos-${name}`) })
    assert.deepEqual(await violations(page), [])
  }
  /** From one place of an element to another, in shares of its width and height. */
  const drag = async (id, from, to) => {
    const box = await by(id).boundingBox()
    const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height]
    await page.mouse.move(...at(from))
    await page.mouse.down()
    await page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]))
    await page.mouse.move(...at(to))
    await page.mouse.up()
  }
  const step = stepsOf(t, () => page.screenshot({ path: picture('photos-failed') }))
  let site
  const dossier = () => server.call('sites.dossier', { site })
  const openForm = async () => {
    await page.goto(`${server.address}/#/inspect/${site}`)
    await by('finish').waitFor()
  }
  const finish = async () => {
    await saved()
    await press('finish')
    await by('dossier-name').waitFor()
  }

  await page.goto(await server.linkFor('王阿花'))
  await by('totals-surveyed').waitFor()
  // The link works once, so the test asks in the same session.
  server.cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const filter = { grid: donghui, text: enterprise, standing: null, done: null, overdue: null, open_problems: null, conflict: null, placed: null }
  site = (await server.call('sites.list', { filter, after: null, limit: 10 })).sites[0].id

  await step('ten chosen at once: one is broken, one is cancelled, eight come in', async () => {
    await openForm()
    // The last waits until it was cancelled.
    let release
    const held = new Promise((resolve) => (release = resolve))
    let uploads = 0
    await page.route('**/api/uploads', async (route) => {
      uploads += 1
      if (uploads >= 9) await held
      await route.continue().catch(() => undefined)
    })
    await by('photo-input').setInputFiles(await tenFiles(data))
    assert.match(await by('photos-summary').textContent(), /共 10 张/)
    await until('the last two to wait', async () => uploads >= 10)
    await shown('photo-sending', 2)
    await page.screenshot({ path: picture('photos-intake') })
    await by('photo-sending').filter({ has: page.getByRole('button', { name: '取消 last.jpg' }) }).getByTestId('photo-cancel').click()
    await shown('photo-sending', 1)
    release()
    await shown('form-photo', 8)
    await page.unroute('**/api/uploads')
    assert.equal((await by('photos-summary').textContent()).trim(), '已存入 8 张、1 张没有存上、已取消 1 张')
    assert.equal(await by('photo-failed').count(), 1)
    assert.match(await by('photo-error').textContent(), /^broken\.jpg/)
    await saved()
    const [draft] = await server.call('drafts.list', {})
    assert.equal(new Set(draft.photos.map(({ hash }) => hash)).size, 8)
    await fair('form')
    await press('photo-dismiss')
  })

  await step('all that wait are cancelled at once, and what is in stays', async () => {
    await page.route('**/api/uploads', (route) => new Promise((resolve) => setTimeout(resolve, 60_000)).then(() => route.abort()).catch(() => undefined))
    await by('photo-input').setInputFiles(real.slice(0, 4).map(photo))
    await shown('photo-sending', 4)
    await press('photos-cancel-rest')
    await shown('photo-sending', 0)
    await page.unroute('**/api/uploads')
    assert.equal((await by('photos-summary').textContent()).trim(), '已取消 4 张')
    await shown('form-photo', 8)
  })

  await step('an arrow and a text are drawn on a photo of a problem', async () => {
    await press('problem-add')
    await by('problem-description').fill(description)
    const own = join(data, 'problem.jpg')
    await copyFile(photo('phone-8mp-gps.jpg'), own)
    // Photos that are in the form already may be chosen for the problem: they become its photos.
    await by('problem-photo-input').setInputFiles(own)
    const card = by('problem-card')
    await until('the photo of the problem', async () => (await card.getByTestId('form-photo').count()) === 1)
    await card.getByTestId('photo-open').click()
    await by('form-photo-viewer').waitFor()
    await decoded('form-photo-viewer')
    await press('viewer-draw')
    await by('sketch-canvas').waitFor()
    await drag('sketch-canvas', [0.2, 0.2], [0.6, 0.5])
    await press('sketch-yellow')
    await press('sketch-text')
    const box = await by('sketch-canvas').boundingBox()
    await page.mouse.click(box.x + box.width * 0.2, box.y + box.height * 0.7)
    await by('sketch-writing').fill(written)
    await press('sketch-text-done')
    await fair('sketch')
    // Neither undoing nor leaving loses it.
    await press('sketch-undo')
    await press('sketch-redo')
    await page.goBack()
    await by('sketch').waitFor({ state: 'detached' })
    await by('form-photo-viewer').waitFor()
    await press('viewer-draw')
    await by('sketch-save').click()
    await by('sketch').waitFor({ state: 'detached' })
    await press('viewer-close')
    await until('the drawing beside its photo', async () => (await card.getByTestId('form-photo').count()) === 2)
    assert.match(await card.getByTestId('photo-sketch-of').textContent(), /照片 \d 的标注/)
  })

  let before
  await step('the record names the original of the drawing', async () => {
    await press('source-daily_patrol')
    await finish()
    const { photos, problems } = await dossier()
    const ours = problems.find(({ problem }) => problem.description === description)
    const sketches = photos.filter(({ photo }) => photo.sketch_of !== null)
    assert.equal(sketches.length, 1)
    before = photos.find(({ photo }) => photo.hash === sketches[0].photo.sketch_of)?.photo
    assert.equal(before.problem, ours.problem.id)
    assert.equal(sketches[0].photo.problem, before.problem)
    const [drawn, plain] = await Promise.all([sketches[0].photo.hash, before.hash].map((hash) => server.photo(hash)))
    assert.deepEqual([...drawn.subarray(0, 3)], [0xff, 0xd8, 0xff])
    // What was drawn is in the picture.
    const colours = await page.evaluate(async ([a, b]) => {
      const read = async (hash) => {
        const image = new Image()
        image.src = `/api/photos/${hash}`
        await image.decode()
        const canvas = document.createElement('canvas')
        canvas.width = image.naturalWidth
        canvas.height = image.naturalHeight
        const context = canvas.getContext('2d')
        context.drawImage(image, 0, 0)
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
        let red = 0
        for (let at = 0; at < data.length; at += 4) if (data[at] > 180 && data[at + 1] < 90 && data[at + 2] < 90) red += 1
        return { size: [canvas.width, canvas.height], red }
      }
      return [await read(a), await read(b)]
    }, [sketches[0].photo.hash, before.hash])
    assert.deepEqual(colours[0].size, colours[1].size)
    assert.ok(colours[0].red > colours[1].red + 100, `the arrow is red: ${colours[0].red} pixels, ${colours[1].red} in the original`)
    assert.notEqual(drawn.length, plain.length)
  })

  await step('the after photo is taken over the one from before', async () => {
    await openForm()
    const card = by('known-problem').filter({ hasText: description })
    await card.waitFor()
    await card.scrollIntoViewIfNeeded()
    await fair('known')
    await card.getByTestId('after-take').click()
    await until('the live picture', () => by('camera-live').evaluate((video) => video.videoWidth > 0))
    await until('the before photo over it', () => by('camera-overlay').evaluate((img) => img.complete && img.naturalWidth > 0))
    assert.equal(await by('camera-overlay').evaluate((img) => img.style.opacity), '0.4')
    await page.getByRole('slider', { name: '整改前照片的浓淡' }).press('ArrowRight')
    assert.equal(await by('camera-overlay').evaluate((img) => img.style.opacity), '0.45')
    await fair('camera')
    await press('camera-beside')
    assert.equal(await by('camera-overlay').count(), 0)
    await fair('camera-beside')
    await press('camera-take')
    await by('camera-shot').waitFor()
    await press('camera-again')
    await press('camera-take')
    await by('camera-shot').waitFor()
    await press('camera-use')
    await by('after-camera').waitFor({ state: 'detached' })
    await until('the after photo', async () => (await card.getByTestId('form-photo').count()) === 1)
    // It is still the after photo when the form comes back.
    await saved()
    await page.goto(`${server.address}/#/`)
    await press('resume')
    await until('the after photo again', async () => (await card.getByTestId('form-photo').count()) === 1)
    await finish()
    const { photos } = await dossier()
    const after = photos.filter(({ photo }) => photo.rectified)
    assert.equal(after.length, 1)
    assert.equal(after[0].photo.compare_with, before.hash)
    assert.equal(after[0].photo.problem, before.problem)
    assert.equal(after[0].photo.taken_at, null)
  })

  await step('both lie side by side in the dossier, with a line that is drawn across', async () => {
    const compare = by('open-problems').getByTestId('compare')
    await compare.scrollIntoViewIfNeeded()
    const slider = compare.getByTestId('compare-slider')
    const share = async () => Number(await slider.getAttribute('aria-valuenow'))
    const clip = () => compare.getByTestId('compare-before').evaluate((img) => getComputedStyle(img).clipPath)
    assert.equal(await share(), 50)
    const half = await clip()
    const grip = await slider.boundingBox()
    const frame = await compare.boundingBox()
    await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2)
    await page.mouse.down()
    await page.mouse.move(grip.x + grip.width / 2 + frame.width / 4, grip.y + grip.height / 2, { steps: 4 })
    await page.mouse.up()
    assert.ok(Math.abs((await share()) - 75) <= 1, `three quarters, not ${await share()}`)
    assert.notEqual(await clip(), half)
    await slider.press('ArrowLeft')
    assert.ok(Math.abs((await share()) - 70) <= 1)
    await slider.press('End')
    assert.equal(await share(), 100)
    // A tap shows the other one.
    await page.mouse.click(frame.x + 10, grip.y + grip.height / 2)
    assert.equal(await share(), 0)
    await slider.press('ArrowRight')
    await fair('compare')
    await compare.getByTestId('compare-beside').click()
    await fair('compare-beside')
  })

  await step('without a camera the before photo stands beside the way to choose one', async () => {
    const plain = await openPage(browser, phone)
    await plain.addInitScript(() => Object.defineProperty(navigator, 'mediaDevices', { value: undefined }))
    await plain.context().addCookies(await page.context().cookies())
    await plain.goto(`${server.address}/#/inspect/${site}`)
    const card = plain.getByTestId('known-problem').filter({ hasText: description })
    await card.getByTestId('after-take').click()
    await plain.getByTestId('camera-failure').waitFor()
    assert.match(await plain.getByTestId('camera-failure').textContent(), /从相册选/)
    await until('the before photo', () => plain.getByTestId('after-camera').locator('img').first().evaluate((img) => img.naturalWidth > 0))
    await settled(plain)
    await plain.screenshot({ path: picture('photos-no-camera') })
    assert.deepEqual(await violations(plain), [])
    await plain.getByTestId('after-fallback-input').setInputFiles(photo('orientation-portrait-1.jpg'))
    await plain.getByTestId('after-camera').waitFor({ state: 'detached' })
    await until('the after photo', async () => (await card.getByTestId('form-photo').count()) === 1)
    assert.deepEqual(plain.complaints, [])
    await plain.context().close()
  })

  // The browser writes down that the broken one was refused.
  const unexpected = page.complaints.filter((complaint) => !/422 .*photos\.attach/.test(complaint))
  assert.deepEqual(unexpected, [])
})
