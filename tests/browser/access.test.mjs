// Who may reach the office, in Chromium against the very server: signing in, people, devices, bundles.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { desktop, openBrowser, openPage, phone, settled, violations } from './lib/console.mjs'
import { folder, picture } from './lib/places.mjs'
import { until } from './lib/processes.mjs'
import { donghui, startServer } from './lib/server.mjs'
import { stepsOf } from './lib/steps.mjs'

const admin = '管理员'
const password = 'a long walk by the river'
const inspector = '洪志强'
const lead = '陈主任'

test('people and devices of an office', async (t) => {
  const server = await startServer(t, await folder(t))
  const browser = await openBrowser(t)
  const page = await openPage(browser, desktop)
  const by = (id) => page.getByTestId(id)
  const text = (id) => by(id).textContent().then((words) => words.trim())
  const go = (path) => page.goto(`${server.address}/#${path}`)
  const step = stepsOf(t, () => page.screenshot({ path: picture('access-failed') }))

  const signInAs = async (on, name, given) => {
    await on.getByTestId('sign-in-name').fill(name)
    await on.getByTestId('sign-in-password').fill(given)
    await on.getByTestId('sign-in-submit').click()
  }

  await step('a link signs in, and a password is suggested once', async () => {
    await page.goto(server.signIn)
    await by('password-suggestion').waitFor()
    await settled(page)
    assert.deepEqual(await violations(page), [])
    await by('password-suggestion-later').click()
    await by('password-suggestion').waitFor({ state: 'detached' })
    await page.reload()
    await by('totals-surveyed').waitFor()
    assert.equal(await by('password-suggestion').count(), 0, 'not again in this session')
  })

  await step('a password is set, which must be long enough and typed twice alike', async () => {
    await by('tab-me').click()
    await by('me-account').click()
    assert.equal(await text('account-name'), admin)
    assert.equal(await by('account-current').count(), 0, 'there is none yet')
    await by('account-new').fill('too short')
    await by('account-again').fill('too short')
    assert.ok(await by('account-save').isDisabled())
    await by('account-new').fill('aaaaaaaaaaaa')
    await by('account-again').fill('aaaaaaaaaaaa')
    await by('account-save').click()
    assert.match(await text('account-error'), /太容易猜到/)
    await by('account-new').fill(password)
    assert.ok(await by('account-save').isDisabled(), 'the second time says something else')
    await by('account-again').fill(password)
    await by('account-save').click()
    await page.waitForFunction(() => document.querySelector('[data-testid="account-has-password"]')?.textContent.includes('已设密码'))
    assert.equal(await by('account-error').count(), 0)
  })

  await step('name and password sign in; a wrong one is told, and not which of both', async () => {
    await go('/me')
    await by('sign-out').click()
    await by('sign-in-name').waitFor()
    await signInAs(page, admin, 'something else entirely')
    assert.equal(await text('sign-in-error'), '姓名或密码不对。')
    await settled(page)
    assert.deepEqual(await violations(page), [])
    await signInAs(page, admin, password)
    await by('me-who').waitFor()
    await go('/')
    await by('totals-surveyed').waitFor()
    assert.equal(await by('password-suggestion').count(), 0)
  })

  await step('another session is listed, and ends from here', async () => {
    const other = await openPage(browser, phone)
    await other.goto(`${server.address}/`)
    await signInAs(other, admin, password)
    await other.getByTestId('totals-surveyed').waitFor()
    await go('/account')
    await until('both sessions', async () => (await by('session').count()) === 2)
    assert.match(await by('session').filter({ has: by('session-own') }).textContent(), /Chrome|Chromium|Headless/)
    await by('session-end').click()
    await by('session-ask-do').click()
    await until('one session', async () => (await by('session').count()) === 1)
    await other.getByTestId('tab-ledger').click()
    await other.getByTestId('sign-in-name').waitFor()
    await other.context().close()
  })

  await step('somebody is added, and nobody twice', async () => {
    await by('tab-people').click()
    await by('people-add').click()
    assert.ok(await by('person-save').isDisabled())
    await by('person-name-field').fill(inspector)
    await by('person-role-inspector').click()
    await by('unit-add').click()
    await by('grid-filter').fill('东辉村')
    await by(`grid-unit-${donghui}`).click()
    await by('person-save').click()
    await page.waitForFunction((name) => document.querySelector('[data-testid="detail-title"]')?.textContent === name, inspector)
    assert.match(await text('person-scope'), /东辉村/)
    await go('/people/new')
    await by('person-name-field').fill(inspector)
    await by('unit-add').click()
    await by('grid-filter').fill('东辉村')
    await by(`grid-unit-${donghui}`).click()
    await by('person-save').click()
    assert.match(await text('finish-error'), /已有别人用这个名称/)
  })

  await step('a sign-in link lets them in as who they are, once', async () => {
    await go('/people')
    await by('person-row').filter({ hasText: inspector }).click()
    await by('sign-in-link-make').click()
    const link = await text('sign-in-link-url')
    const other = await openPage(browser, desktop)
    // The server knows another address of itself than the test reaches it by.
    await other.goto(server.address + new URL(link).pathname + new URL(link).search)
    await other.getByTestId('tab-me').click()
    assert.match(await other.getByTestId('me-role').textContent(), /网格员/)
    assert.equal(await other.getByTestId('tab-people').count(), 0, 'an inspector manages nobody')
    await other.goto(`${server.address}/#/people`)
    await other.getByTestId('person-row').first().waitFor({ state: 'detached' })
    await other.context().close()
    const late = await openPage(browser, phone)
    await late.goto(server.address + new URL(link).pathname + new URL(link).search)
    assert.match(await late.getByTestId('sign-in-code-error').textContent(), /已用过/)
    await late.context().close()
  })

  await step('a lead sees those of their units, and neither adds leads nor changes administrators', async () => {
    const other = await openPage(browser, desktop)
    await other.goto(await server.linkFor(lead, 'lead', '350211102'))
    await other.getByTestId('tab-people').click()
    await until('the list', async () => (await other.getByTestId('person-row').count()) > 0)
    const names = await other.getByTestId('person-row').locator('th').allTextContents()
    assert.deepEqual(names.map((name) => name.trim()).sort(), [lead, inspector].sort())
    await other.getByTestId('people-add').click()
    await other.getByTestId('person-role-inspector').waitFor()
    assert.equal(await other.getByTestId('person-role-lead').count(), 0)
    assert.equal(await other.getByTestId('person-role-admin').count(), 0)
    await other.context().close()
  })

  await step('a device is invited: the typed code says what the QR code says', async () => {
    await go('/devices')
    await by('devices-invite').click()
    await by('invite-person').click()
    await by('person-filter').fill('洪')
    await by('person-choice').click()
    assert.equal(await by('invite-name').inputValue(), `${inspector}的手机`)
    await by('invite-make').click()
    await by('qr').waitFor()
    const url = await by('invited-copy-url').getAttribute('data-url')
    const typed = (await by('invited-typed').getAttribute('data-code')).replaceAll('-', '')
    const secret = new URLSearchParams(url.split('#')[1])
    assert.match(url, /\/enrol#/)
    assert.equal(typed.slice(-12, -2), secret.get('code'), 'ten characters before the two that check them')
    assert.equal(url.split('/enrol')[0], await text('invited-address'))
    const [, , side] = (await by('qr').getAttribute('viewBox')).split(' ').map(Number)
    assert.ok((side - 8 - 17) % 4 === 0 && side > 8 + 21, `${side} is the side of a QR code and its quiet zone`)
    await settled(page)
    assert.deepEqual(await violations(page), [])
  })

  await step('another address makes another invitation, and the first one is taken back', async () => {
    const before = await by('invited-copy-url').getAttribute('data-url')
    await by('invited-other-typed').fill('http://192.168.1.5:8770')
    await by('invited-other-make').click()
    assert.match(await text('invited-error'), /https/)
    await by('invited-other-typed').fill('192.168.1.5:8770')
    await by('invited-other-make').click()
    await until('the other address', async () => (await text('invited-address')) === 'https://192.168.1.5:8770')
    const after = await by('invited-copy-url').getAttribute('data-url')
    assert.notEqual(after.split('code=')[1], before.split('code=')[1])
    await go('/devices')
    await until('one open invitation', async () => (await by('invitation').count()) === 1)
    await by('invitation-withdraw').click()
    await by('withdraw-ask-do').click()
    await until('none', async () => (await by('invitation').count()) === 0)
    const covers = () => page.locator('.q-notification').first().evaluate((toast) => {
      const { left, top, width, height } = toast.getBoundingClientRect()
      return toast.contains(document.elementFromPoint(left + width / 2, top + height / 2))
    })
    assert.equal(await covers(), false, 'what lies beneath a message can be pressed')
  })

  await step('a device is revoked, later it is to be erased, and then it syncs no more', async () => {
    const token = await server.addDeviceOf(inspector)
    await go('/')
    await go('/devices')
    await by('device-row').filter({ hasText: inspector }).click()
    assert.match(await text('device-state'), /使用中/)
    await by('device-revoke').click()
    await by('device-revoke-keep').check()
    await by('device-revoke-ask-do').click()
    await until('it to be revoked', async () => (await text('device-state')) === '已停用')
    await by('device-revoke').click()
    await by('device-revoke-ask-do').click()
    await until('it to be erased', async () => (await text('device-state')) === '已停用，待清除')
    await by('devices-revoked').click()
    assert.equal(await by('device-row').count(), 1)
    const answer = await fetch(`${server.address}/sync/exchange`, { method: 'POST', headers: { Authorization: `Bearer ${token}` }, body: '' })
    assert.equal(answer.status, 401)
    assert.equal((await answer.json()).reason, 'revoked_erase')
  })

  await step('a file that is no bundle is refused, and says why', async () => {
    await go('/bundles')
    await by('bundle-file').setInputFiles({ name: '台账.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b') })
    assert.match(await text('bundle-refused-file'), /不是同步包/)
    await by('bundle-file').setInputFiles({ name: '洪志强的手机.vlbundle', mimeType: 'application/octet-stream', buffer: Buffer.from('nothing of the kind') })
    assert.match(await text('bundle-error-why'), /损坏/)
  })

  await step('somebody is removed, with their devices', async () => {
    await server.addDeviceOf(inspector)
    await go('/people')
    await by('person-row').filter({ hasText: inspector }).click()
    await until('their device', async () => /1 台/.test(await text('person-devices')))
    await by('person-remove').click()
    assert.match(await text('person-remove-ask'), /1 台设备停用/)
    await by('person-remove-ask-do').click()
    await until('them to be gone', async () => (await by('person-row').filter({ hasText: inspector }).count()) === 0)
    await go('/devices?show=revoked')
    await until('both devices to be revoked', async () => (await by('device-row').count()) === 2)
  })

  await step('axe minds nothing, on any screen', async () => {
    await server.addDeviceOf(lead)
    const screens = {
      account: ['/account', 'session'],
      people: ['/people', 'person-row'],
      'person-new': ['/people/new', 'person-save'],
      devices: ['/devices', 'device-row'],
      revoked: ['/devices?show=revoked', 'device-row'],
      invite: ['/devices/invite', 'invite-make'],
      bundles: ['/bundles', 'bundle-choose'],
    }
    for (const [size, viewport] of Object.entries({ phone, desktop })) {
      await page.setViewportSize(viewport)
      for (const [screen, [path, shown]] of Object.entries(screens)) {
        await go(path)
        await by(shown).first().waitFor()
        await settled(page)
        await page.screenshot({ path: picture(`access-${screen}-${size}`) })
        assert.deepEqual(await violations(page), [], `${screen}, ${size}`)
      }
      await go('/devices')
      await by('device-row').first().click()
      await by('device-state').waitFor()
      await by('device-revoke').click()
      await by('device-revoke-ask-do').waitFor()
      await settled(page)
      await page.screenshot({ path: picture(`access-revoke-${size}`) })
      assert.deepEqual(await violations(page), [], `revoke, ${size}`)
      await by('device-revoke-ask-cancel').click()
    }
  })

  await step('a link that came too soon says to wait, once', async () => {
    const other = await openPage(browser, phone)
    await other.goto(`${server.address}/?sign-in=wait&seconds=75`)
    assert.match(await other.getByTestId('sign-in-code-error').textContent(), /再打开一次登录链接/)
    assert.match(await other.getByTestId('sign-in-submit').textContent(), /^1:1\d 后可再试$/)
    assert.ok(await other.getByTestId('sign-in-submit-code').isDisabled())
    await settled(other)
    assert.deepEqual(await violations(other), [])
    await other.reload()
    await other.getByTestId('sign-in-by-code').waitFor()
    assert.equal(await other.getByTestId('sign-in-code-error').count(), 0)
    await other.context().close()
  })

  await step('guessing is slowed down, and the button says for how long', async () => {
    const other = await openPage(browser, phone)
    await other.goto(`${server.address}/`)
    await until('a pause', async () => {
      if (await other.getByTestId('sign-in-submit').isEnabled()) await signInAs(other, '没有这个人', `guess ${Math.random()}`)
      else if (!(await other.getByTestId('sign-in-name').inputValue())) await signInAs(other, '没有这个人', 'guess')
      return /后可再试/.test(await other.getByTestId('sign-in-submit').textContent())
    })
    assert.ok(await other.getByTestId('sign-in-submit').isDisabled())
    assert.match(await other.getByTestId('sign-in-error').textContent(), /稍候/)
    await other.context().close()
  })

  // What was refused on purpose is not a fault of the page.
  assert.deepEqual(page.complaints.filter((line) => !/status of (400|401|403|422|429)/.test(line)), [])
})
