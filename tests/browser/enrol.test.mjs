// A device and its office, with the very app: invited by a QR code, verified, without a network, and revoked.

import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Key } from 'webdriverio'
import { App } from './lib/app.mjs'
import { desktop, openBrowser, openPage, settled, violations } from './lib/console.mjs'
import { folder, photo } from './lib/places.mjs'
import { until } from './lib/processes.mjs'
import { qrPicture } from './lib/qr-picture.mjs'
import { donghui, startServer } from './lib/server.mjs'
import { stepsOf } from './lib/steps.mjs'

const ahua = '王阿花'
const phoneName = '阿花的手机'
const known = '闽南厦集五金加工厂'
const tiantou = '350211102203'

test('a device comes to its office by an invitation', async (t) => {
  const data = await folder(t)
  const downloads = join(data, 'downloads')
  const server = await startServer(t, join(data, 'server'))
  await server.command('person', 'add', '--name', ahua, '--role', 'inspector', '--grid', donghui)
  const app = new App(join(data, 'app'), { VILLAGE_LEDGER_DOWNLOADS: downloads })
  t.after(() => app.close())
  const step = stepsOf(t, () => app.picture('enrol-failed'))

  const invite = async () => {
    const person = (await server.call('people.list', {})).find(({ name }) => name === ahua)
    return server.call('devices.invite', { person: person.id, device: '未命名', grids: [], address: server.address.replace('http:', 'https:') })
  }
  const drawn = async (invited) => {
    const path = join(data, 'qr.png')
    await writeFile(path, qrPicture(invited.qr))
    return path
  }
  // As text: the driver takes an answer with an `error`, which the status has after a sync that failed, for its own.
  const status = async () =>
    JSON.parse(await app.page.executeAsync((done) => window.__TAURI_INTERNALS__.invoke('call', { command: 'sync.status', request: {} }).then((told) => done(JSON.stringify(told)), (cause) => done(JSON.stringify({ refused: cause })))))
  const device = async () => (await server.call('devices.list', {})).devices.find(({ person_name }) => person_name === ahua)
  const openSite = async () => {
    await app.press('tab-sites')
    await app.type('sites-search', known)
    await until(`${known} alone to be found`, async () => (await app.count('site-row')) === 1)
    await app.press('site-row')
    await app.says('dossier-name', known)
  }
  const remark = async (text) => {
    await app.press('edit-button')
    await app.type('edit-remark', text)
    await app.press('edit-save')
    await until('the edit to be over', async () => (await app.count('edit-form')) === 0)
  }
  const receipt = (wanted) => until(`the dossier to be ${wanted}`, async () => (await (await app.by('receipt')).getAttribute('data-receipt')) === wanted)
  let invited

  await step('begins empty, and is invited to connect', async () => {
    await app.open()
    await app.says('sync-line', /未连接单位/)
    await app.press('today-connect')
    await app.reach('enrol-scan')
    await app.picture('enrol')
  })

  await step('says where a picture holds no code and where a typed code is wrong', async () => {
    await app.attach('enrol-picture', photo('gps-DSCN0010.jpg'))
    await app.says('enrol-error', /没有找到二维码/)
    invited = await invite()
    const wrong = invited.typed.slice(0, -1) + (invited.typed.endsWith('A') ? 'B' : 'A')
    await app.type('enrol-text', wrong)
    await app.type('enrol-address', invited.address)
    await app.press('enrol-next')
    await app.says('enrol-form', /有一位填错或漏填/)
  })

  await step('reads the code once its last character is set right', async () => {
    await (await app.reach('enrol-text')).addValue(Key.Backspace + invited.typed.slice(-1))
    assert.equal(await app.value('enrol-text'), invited.typed)
    await app.press('enrol-next')
    await app.says('enrol-server', invited.address)
    await app.press('enrol-back')
  })

  await step('reads the QR code and shows the certificate that the server has', async () => {
    await app.attach('enrol-picture', await drawn(invited))
    await app.says('enrol-server', invited.address)
    const { raw } = new X509Certificate(await readFile(join(server.data, 'tls/certificate.pem')))
    const groups = createHash('sha256').update(raw).digest('hex').toUpperCase().match(/.{4}/g).slice(0, 4)
    await app.says('enrol-certificate', groups.join(''))
    await app.picture('enrol-confirm')
  })

  await step('connects over TLS and is proved to hold what the office holds', async () => {
    await app.type('enrol-device', phoneName)
    await app.press('enrol-connect')
    await app.says('sync-state', /^已核验.*18\d 个对象/)
    await app.says('sync-device', phoneName)
    assert.equal((await device()).name, phoneName)
    await app.picture('enrol-verified')
  })

  await step('does not take the same invitation twice, and stays connected', async () => {
    await app.press('sync-reconnect')
    await app.attach('enrol-picture', await drawn(invited))
    await app.says('enrol-replaces', /本机现在连接的是/)
    await app.press('enrol-connect')
    await app.says('enrol-error', /已过期、已用过或已撤回/)
    await app.press('sync-line')
    await app.says('sync-state', /^已核验/)
  })

  await step('tells of a dossier how sure it is that the office has it', async () => {
    await openSite()
    await receipt('verified')
    await server.stop('SIGKILL')
    await remark('没有网络时补充的备注')
    await receipt('on_device')
    await app.press('receipt')
    await app.says('receipt-detail', /办公端还没有这份档案的全部记录/)
    await app.picture('enrol-receipt')
  })

  await step('writes a bundle without a network', async () => {
    await app.press('sync-line')
    await app.press('sync-bundle-door')
    await app.press('bundle-write')
    await app.says('bundle-written', /内有 1 条记录/)
    assert.equal((await readdir(downloads)).filter((name) => name.endsWith('.vlbundle')).length, 1)
    assert.ok((await status()).unsent_changes > 0, 'written is not received')
  })

  await step('reads the answer of the office, which says what arrived', async () => {
    const [name] = await readdir(downloads)
    // Where the app does not look for it.
    server.address = undefined
    await server.start()
    const { upload } = await (await server.ask('/api/uploads', { method: 'POST', body: await readFile(join(downloads, name)) })).json()
    const taken = await server.call('bundle.take', { upload })
    assert.deepEqual([taken.taken, taken.refused, taken.person], [1, 0, ahua])
    const answer = join(data, 'answer.vlbundle')
    await writeFile(answer, Buffer.from(await (await server.ask(`/api/downloads/${taken.answer.id}`)).arrayBuffer()))
    await server.stop('SIGKILL')
    await app.attach('bundle-file', photo('gps-DSCN0010.jpg'))
    await app.says('bundle-read-error', /./)
    await app.attach('bundle-file', answer)
    await app.says('bundle-came-sent', '1')
    assert.equal((await status()).unsent_changes, 0)
    await app.picture('enrol-bundle')
  })

  await step('syncs again over the network, and the office has the remark', async () => {
    server.address = invited.address.replace('https:', 'http:')
    await server.start()
    await app.press('sync-line')
    await app.press('sync-now')
    await app.says('sync-state', /^已核验/)
    const { sites } = await server.call('sites.list', { filter: { text: known }, limit: 5, after: null })
    const dossier = await server.call('sites.dossier', { site: sites[0].id })
    assert.equal(dossier.fields.remark, '没有网络时补充的备注')
    await openSite()
    await receipt('verified')
  })

  await step('loses a site that a lead moves to a village which it is not for', async () => {
    const { sites } = await server.call('sites.list', { filter: { text: known }, limit: 5, after: null })
    const page = await openPage(await openBrowser(t), desktop)
    const by = (id) => page.getByTestId(id)
    await page.goto(await server.linkFor('陈主任'))
    await by('totals-surveyed').waitFor()
    await page.goto(`${server.address}/#/sites/${sites[0].id}`)
    await by('dossier-more').click()
    await by('dossier-move').click()
    await by('move-save').click()
    assert.match(await by('missing').textContent(), /要移到的村居/)
    await by('move-village').click()
    await by('grid-filter').fill('田头')
    await by(`grid-unit-${tiantou}`).click()
    await settled(page)
    assert.deepEqual(await violations(page), [])
    await by('move-save').click()
    await page.waitForFunction(() => document.querySelector('[data-testid="dossier-path"]')?.textContent.includes('田头'))
    await app.press('sync-line')
    await app.press('sync-now')
    await app.says('sync-state', /^已核验/)
    await app.press('tab-sites')
    await app.type('sites-search', known)
    await until('the site to be gone', async () => (await app.count('site-row')) === 0)
  })

  await step('is told when it is revoked, and what stays', async () => {
    await server.call('devices.revoke', { id: (await device()).id, erase: false })
    await app.press('sync-line')
    // It may have asked by itself meanwhile.
    if ((await app.count('sync-now')) > 0) await app.press('sync-now').catch(() => undefined)
    await app.says('sync-revoked', /单位已停用本机/)
    await app.says('sync-line', /单位已停用本机/)
    await app.says('revoked-erase', /本机内容保留/)
    await app.picture('enrol-revoked')
    await app.press('tab-sites')
    await until('the sites to be there still', async () => (await app.count('site-row')) > 0)
  })
})
