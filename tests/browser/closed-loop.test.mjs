// A problem between an inspector's phone and a lead's desk, in Chromium over the very server: sent back with a comment,
// answered, confirmed; what waits for whom; what two people do at once; and what a role is not offered.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { desktop, openBrowser, openPage, phone, settled, violations } from './lib/console.mjs'
import { folder, picture } from './lib/places.mjs'
import { until } from './lib/processes.mjs'
import { donghui, startServer } from './lib/server.mjs'
import { stepsOf } from './lib/steps.mjs'

const guankou = '350211102'
const comment = '照片看不清排气筒，请补拍'

test('a problem goes between a phone and a desk', async (t) => {
  const server = await startServer(t, await folder(t))
  const browser = await openBrowser(t)
  const signIn = async (name, role, grid, size) => {
    const page = await openPage(browser, size)
    await page.goto(await server.linkFor(name, role, grid))
    await page.getByTestId('tab-today').first().waitFor()
    return { page, go: (path) => page.goto(`${server.address}/#${path}`), by: (id) => page.getByTestId(id) }
  }
  const ahua = await signIn('林志燕', 'inspector', donghui, phone)
  const lead = await signIn('陈主任', 'lead', guankou, desktop)
  const bureau = await signIn('区局', 'viewer', '350211', desktop)
  const show = async () => {
    await ahua.page.screenshot({ path: picture('closed-loop-phone') })
    await lead.page.screenshot({ path: picture('closed-loop-desk') })
  }
  const step = stepsOf(t, show)

  const problem = randomUUID()
  const { sites } = await server.call('sites.list', { filter: { text: '闽南厦集' }, after: null, limit: 1 })
  const site = sites[0].id
  const visit = {
    id: randomUUID(),
    site,
    draft: null,
    source: 'daily_patrol',
    position: null,
    fix_clock_ahead_s: null,
    decision: null,
    remarks: '',
    task: null,
    checklist: [],
    relapse: false,
    problems: [{ id: problem, description: '喷漆废气未经收集直接排放', severity: 'ordinary', deadline: null }],
    photos: [],
  }
  await server.call('inspections.record', visit)
  const stage = async () => {
    const view = await server.call('sites.dossier', { site })
    return view.problems.find((one) => one.problem.id === problem).stage
  }
  const at = `/sites/${site}/problems/${problem}`

  await step('an inspector is not offered what only a lead may do', async () => {
    await ahua.go(at)
    await ahua.by('problem-text').waitFor()
    await ahua.by('waits').waitFor()
    assert.equal(await ahua.by('step-confirmed').count(), 0)
    assert.deepEqual(await violations(ahua.page), [])
  })

  await step('what waits for the lead opens its rows', async () => {
    await lead.page.reload()
    await lead.by('waits-to_confirm').click()
    await until('the one problem', async () => (await lead.by('problem-row').count()) === 1)
    assert.match(await lead.by('problem-row').first().textContent(), /喷漆废气/)
    assert.deepEqual(await violations(lead.page), [])
  })

  await step('sending back says that it needs a reason before anything is written', async () => {
    await lead.go(at)
    await lead.by('step-sent_back').first().click()
    await lead.by('step-finish').click()
    await lead.by('missing-item').first().waitFor()
    assert.equal(await stage(), 'discovered')
    await lead.by('step-comment').fill(comment)
    await lead.by('step-finish').click()
    await until('it to be sent back', async () => (await stage()) === 'sent_back')
  })

  await step('the inspector sees it first, with the comment, and answers', async () => {
    await ahua.go('/')
    const place = ahua.by('today-place').first()
    await place.waitFor()
    assert.match(await place.textContent(), new RegExp(comment))
    await settled(ahua.page)
    await ahua.page.screenshot({ path: picture('closed-loop-today-phone') })
    assert.deepEqual(await violations(ahua.page), [])
    await ahua.go(at)
    assert.match(await ahua.by('sent-back-comment').textContent(), new RegExp(comment))
    await ahua.by('step-discovered').first().click()
    await ahua.by('step-finish').click()
    await until('it to be answered', async () => (await stage()) === 'discovered')
  })

  await step('who acts on an old view is told, and loses nothing that was typed', async () => {
    await lead.go(at)
    await lead.page.reload()
    await lead.by('step-confirmed').first().click()
    await lead.by('step-comment').fill('情况属实')
    const view = await server.call('sites.dossier', { site })
    const { tips } = view.problems.find((one) => one.problem.id === problem)
    const meanwhile = { id: randomUUID(), site, problem, stage: 'sent_back', seen: tips, comment: '再核实位置', deadline: null, position: null, photos: [], draft: null }
    await server.call('problems.step', meanwhile)
    await lead.by('step-finish').click()
    await lead.by('step-moved').waitFor()
    assert.equal(await lead.by('step-comment').inputValue(), '情况属实')
    assert.equal(await stage(), 'sent_back')
  })

  await step('a viewer is offered nothing to write, and a deep link says so', async () => {
    await bureau.go(at)
    await bureau.by('problem-text').waitFor()
    assert.equal(await bureau.page.locator('[data-testid^="step-"]').count(), 0)
    await bureau.go(`/sites/${site}/decide`)
    await bureau.by('forbidden').waitFor()
    await bureau.go('/held')
    await bureau.by('forbidden').waitFor()
  })

  await step('no page complained', () => {
    for (const { page } of [ahua, lead, bureau]) {
      // Refusals that the story provokes are written to the console by the browser itself.
      assert.deepEqual(page.complaints.filter((said) => !/409|status of 4/.test(said)), [])
    }
  })
})
