// The map in Chromium, served by the very server, without anything that is not on it.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { desktop, openBrowser, openPage, phone, settled, violations } from './lib/console.mjs'
import { folder, picture } from './lib/places.mjs'
import { everywhere, MVT, PNG, png, vectorTile } from './lib/pmtiles.mjs'
import { until } from './lib/processes.mjs'
import { donghui, startServer } from './lib/server.mjs'

const enterprise = '闽南厦集五金加工厂'
/** A colour that nothing else on the map has. */
const MAGENTA = [200, 40, 160]
const WATER = [0xc9, 0xdb, 0xe6]

/** How many pixels of the map have about this colour. Reading them fails where anything foreign was drawn. */
const pixels = (page, colour) =>
  page.evaluate((colour) => {
    let found = 0
    for (const canvas of document.querySelectorAll('[data-testid="map"] canvas')) {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] > 200 && colour.every((value, part) => Math.abs(data[at + part] - value) < 6)) found += 1
      }
    }
    return found
  }, colour)

const token = (page, name) =>
  page.evaluate((name) => {
    const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
  }, name)

test('somebody looks at the map', async (t) => {
  const data = await folder(t)
  const server = await startServer(t, data)
  const browser = await openBrowser(t)
  const page = await openPage(browser, phone)
  const foreign = []
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && new URL(request.url()).origin !== server.address) foreign.push(request.url())
  })
  // The network ends at the server.
  await page.route((url) => url.origin !== server.address && /^https?:$/.test(url.protocol), (route) => route.abort())
  const go = (path) => page.goto(`${server.address}/#${path}`)
  const by = (id) => page.getByTestId(id)
  const inView = async () => Number((await by('map-list').textContent()).replace(/\D/g, ''))
  const middle = async () => {
    const { x, y, width, height } = await by('map').boundingBox()
    return { x: x + width / 2, y: y + height / 2 }
  }

  // On a phone whoever leads comes to the map from the sites.
  const openMap = async () => {
    await by('tab-sites').click()
    await by('sites-map').click()
  }
  await page.goto(server.signIn)
  await openMap()

  await t.test('all that has a position is in view, and drawn', async () => {
    await until('180 sites in view', async () => (await inView()) === 180)
    await until('marks', async () => (await pixels(page, await token(page, '--ink'))) > 50)
    assert.ok((await pixels(page, await token(page, '--overdue-fill'))) > 20, 'what is overdue is red')
    await settled(page)
    await page.screenshot({ path: picture('map-phone') })
  })

  await t.test('a filter leaves its marks only', async () => {
    await by('filter-relocate').click()
    await until('30 sites to relocate', async () => (await inView()) === 30)
    await by('filter-clear').click()
    await until('180 sites again', async () => (await inView()) === 180)
  })

  await t.test('a press on a mark opens a sheet, and the sheet the dossier', async () => {
    await by('map-search').fill('闽南厦集')
    await by('map-hit').filter({ hasText: enterprise }).click()
    await by('map-card-name').waitFor()
    await page.waitForTimeout(600)
    await by('map-close').click()
    await until('the sheet to be gone', async () => (await by('map-sheet').count()) === 0)
    const { x, y } = await middle()
    await page.mouse.click(x, y)
    await by('map-card-name').waitFor()
    assert.equal((await by('map-card-name').textContent()).trim(), enterprise)
    assert.match(await by('map-navigate').getAttribute('href'), /^geo:24\.6601010,118\.0904520\?q=/)
    await by('map-open').click()
    await by('dossier-name').waitFor()
    assert.equal((await by('dossier-name').textContent()).trim(), enterprise)
  })

  await t.test('the map is where it was left', async () => {
    await go('/sites')
    await openMap()
    await until('few sites in view', async () => (await inView()) > 0)
    assert.ok((await inView()) < 60)
  })

  await t.test('keys move it, and its sites are a list too', async () => {
    await by('map').focus()
    const before = await inView()
    for (let n = 0; n < 3; n += 1) {
      await page.keyboard.press('-')
      await page.waitForTimeout(250)
    }
    await until('more sites in view', async () => (await inView()) > before)
    await by('map-list').click()
    await by('map-line').first().click()
    await by('map-card-name').waitFor()
    await page.keyboard.press('Escape')
    await until('the sheet to be gone', async () => (await by('map-sheet').count()) === 0)
  })

  await t.test('a village says its figures and leads to its sites', async () => {
    await page.setViewportSize(desktop)
    await by('map-search').fill('东辉')
    await by(`map-unit-${donghui}`).click()
    await page.waitForTimeout(800)
    const { x, y, width, height } = await by('map').boundingBox()
    // Somewhere in the village is a place without a mark.
    await until('a press on the village, beside the marks', async () => {
      await page.mouse.click(x + width * (0.35 + 0.3 * Math.random()), y + height * (0.3 + 0.4 * Math.random()))
      await page.waitForTimeout(500)
      return (await by('map-village-name').count()) === 1 && /东辉/.test(await by('map-village-name').textContent())
    }, 40)
    await until('its figures', async () => /180/.test(await by('map-village-counts').textContent()))
    await by('map-village-sites').click()
    await by('sites-count').waitFor()
    await until('180 sites', async () => /180/.test(await by('sites-count').textContent()))
    await page.setViewportSize(phone)
  })

  await t.test('a place is picked under a crosshair, and said to be picked', async () => {
    await go('/registrations')
    await page.locator('[data-testid$="-on-map"]').first().click()
    await by('picker-confirm').waitFor()
    await until('a place', async () => /^2\d\.\d{6}, 11\d\.\d{6}/.test((await by('picker-place').textContent()).trim()))
    const wanted = (await by('picker-place').textContent()).trim().slice(0, 22)
    await page.screenshot({ path: picture('map-picker-phone') })
    await by('picker-confirm').click()
    await until('the place in the form', async () => (await page.locator('[data-testid$="-position"]').first().textContent()).includes(wanted.trim()))
    await page.getByText('地图选点').first().waitFor()
  })

  const broken = join(data, 'broken.pmtiles')
  await writeFile(broken, Buffer.from('this is no archive of tiles'.repeat(20)))
  const cut = join(data, 'cut.pmtiles')
  await writeFile(cut, everywhere(png(MAGENTA), PNG).subarray(0, 300))
  const raster = join(data, 'magenta.pmtiles')
  await writeFile(raster, everywhere(png(MAGENTA), PNG, { metadata: { attribution: '<a href="https://tiles.example">© 测绘单位</a>' } }))
  const vector = join(data, 'water.pmtiles')
  await writeFile(vector, everywhere(vectorTile('water'), MVT))

  await t.test('a broken file gets a sentence', async () => {
    await go('/map/tiles')
    await by('tiles-none').waitFor()
    await by('tiles-file').setInputFiles(broken)
    await by('tiles-error').waitFor()
    assert.match(await by('tiles-error').textContent(), /PMTiles/)
    // Its head is right; only the server sees that the rest is missing.
    await by('tiles-file').setInputFiles(cut)
    await until('another sentence', async () => (await by('tiles-error').count()) === 1 && !/第 3 版/.test(await by('tiles-error').textContent()))
    assert.doesNotMatch(await by('tiles-error').textContent(), /[A-Za-z]{4}/)
    assert.equal(await by('tiles-kept').count(), 0)
    await page.reload()
    await by('tiles-none').waitFor()
    page.complaints = page.complaints.filter((complaint) => !/tiles\.import/.test(complaint))
  })

  const takes = async (file, name) => {
    await go('/map/tiles')
    await by('tiles-file').setInputFiles(file)
    await until('it to be kept', async () => (await by('tiles-name').textContent()) === name)
    await go('/map')
    await by('map-all').click()
  }

  await t.test('images from a file are the ground, with the name of who made them', async () => {
    await takes(raster, 'magenta.pmtiles')
    await until('the colour of the tiles', async () => (await pixels(page, MAGENTA)) > 50_000)
    await page.getByText('© 测绘单位').waitFor()
    assert.equal(await page.locator('a[href*="tiles.example"]').count(), 0, 'what an archive marks up is not followed')
    await page.screenshot({ path: picture('map-raster-phone') })
  })

  await t.test('another file with vectors takes their place', async () => {
    await takes(vector, 'water.pmtiles')
    await until('the colour of water', async () => (await pixels(page, WATER)) > 50_000)
    assert.equal(await pixels(page, MAGENTA), 0)
  })

  await t.test('without it the map is outlines again', async () => {
    await go('/map/tiles')
    await by('tiles-remove').click()
    await by('tiles-remove-sure').click()
    await by('tiles-none').waitFor()
    await go('/map')
    await until('sites', async () => (await inView()) > 0)
    assert.equal(await pixels(page, WATER), 0)
  })

  await t.test('meets nothing that axe minds', async (t) => {
    for (const [size, viewport] of Object.entries({ phone, desktop })) {
      await page.setViewportSize(viewport)
      for (const [screen, path, shown] of [['map', '/map', 'map-all'], ['tiles', '/map/tiles', 'tiles-choose']]) {
        await t.test(`${screen}, ${size}`, async () => {
          await go(path)
          await by(shown).waitFor()
          if (screen === 'map') await by('map-legend').click()
          await settled(page)
          await page.screenshot({ path: picture(`${screen}-${size}`) })
          assert.deepEqual(await violations(page), [])
        })
      }
    }
  })

  assert.deepEqual(foreign, [], 'nothing was asked for beyond the server')
  assert.deepEqual(page.complaints, [])
})
