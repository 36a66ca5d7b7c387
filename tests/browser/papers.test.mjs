// The three papers of enforcement in the office console: written, signed, numbered, printed on one page, made void.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { desktop, openBrowser, openPage, phone, settled, violations } from './lib/console.mjs'
import { folder, photo, picture } from './lib/places.mjs'
import { until } from './lib/processes.mjs'
import { donghui, startServer } from './lib/server.mjs'
import { stepsOf } from './lib/steps.mjs'

const year = new Date(Date.now() + 8 * 3_600_000).getUTCFullYear()
const PROBLEMS = ['露天喷漆，未配套治理设施，废气直接外排', '废漆桶露天堆放，未设危废暂存间']
const A4 = { width: 595, height: 842 }

/** Characters that tell where a text was cut, were it cut. */
const long = (length, from) => Array.from({ length }, (_, at) => String.fromCodePoint(from + at)).join('')

test('papers of enforcement', async (t) => {
  const data = await folder(t)
  const server = await startServer(t, data)
  const browser = await openBrowser(t)
  const page = await openPage(browser, phone)
  const context = page.context()
  const go = (path) => page.goto(`${server.address}/#${path}`)
  const by = (id) => page.getByTestId(id)
  const says = (id, pattern) =>
    until(`${id} to say ${pattern}`, async () => {
      const text = await by(id).first().textContent({ timeout: 2000 })
      if (!pattern.test(text)) throw new Error(`it says ${text}`)
      return true
    })
  const clean = async (name) => {
    await settled(page)
    await page.screenshot({ path: picture(`papers-${name}`) })
    assert.deepEqual(await violations(page), [])
  }
  const step = stepsOf(t, () => page.screenshot({ path: picture('papers-failed') }))

  await page.goto(server.signIn)
  await by('tab-today').waitFor()
  server.cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const { person } = await server.call('session.get', {})
  assert.notEqual(person, '', 'whoever signed in has a name')

  const { sites } = await server.call('sites.list', { filter: { grid: donghui }, after: null, limit: 3 })
  const [site, other] = sites
  const problems = PROBLEMS.map((description) => ({ id: randomUUID(), description, severity: 'ordinary', deadline: null, item: null }))
  await server.call('inspections.record', {
    id: randomUUID(), site: site.id, draft: null, source: 'daily_patrol', position: null, fix_clock_ahead_s: null, decision: null,
    remarks: '', task: null, checklist: [], relapse: false, problems, photos: [],
  })

  /** What is printed, page by page. */
  const printed = async (name) => {
    await by('paper-print').waitFor()
    await page.waitForFunction(() => document.querySelector('.sheets-setting') === null)
    const pdf = await page.pdf({ path: join(data, `${name}.pdf`), preferCSSPageSize: true })
    await writeFile(picture(`papers-${name}`).replace(/\.png$/, '.pdf'), pdf)
    const text = pdf.toString('latin1')
    for (const [, box] of text.matchAll(/\/MediaBox \[([^\]]*)\]/g)) {
      const [left, bottom, right, top] = box.split(' ').map(Number)
      assert.ok(Math.abs(right - left - A4.width) < 1 && Math.abs(top - bottom - A4.height) < 1, `a page is A4, not ${box}`)
    }
    assert.match(text, /\/ToUnicode/, 'the letters can be read and searched')
    return text.match(/\/Type \/Page\b/g).length
  }
  const sheet = () => by('paper-sheet').innerText()
  /** Draws lines between points of the field, which on an upright phone lies sideways. */
  const draw = async (...strokes) => {
    const box = await by('signature-pad').boundingBox()
    const at = ([x, y]) => [box.x + (1 - y) * box.width, box.y + x * box.height]
    for (const [first, ...rest] of strokes) {
      await page.mouse.move(...at(first))
      await page.mouse.down()
      for (const point of rest) await page.mouse.move(...at(point), { steps: 15 })
      await page.mouse.up()
    }
  }
  const paperOf = async () => {
    const [, of, paper] = (await page.evaluate(() => globalThis.location.hash)).match(/sites\/([^/]+)\/papers\/([^/?]+)/)
    return server.call('papers.get', { site: of, paper })
  }

  await step('a notice is filled in from the record, and says what is missing', async () => {
    await go(`/sites/${site.id}`)
    await by('step-persuade').waitFor()
    assert.equal(await by('step-persuade').getAttribute('data-state'), 'next')
    await by('paper-section').scrollIntoViewIfNeeded()
    await clean('section-empty')
    await by('paper-next').click()
    await by('paper-facts').waitFor()
    const facts = await by('paper-facts').inputValue()
    for (const description of PROBLEMS) assert.ok(facts.includes(description), facts)
    await by('paper-problem').filter({ hasText: PROBLEMS[1] }).click()
    assert.ok(!(await by('paper-facts').inputValue()).includes(PROBLEMS[1]), 'the facts follow the chosen problems')
    await by('paper-problem').filter({ hasText: PROBLEMS[1] }).click()
    assert.equal(await by('paper-facts').inputValue(), facts)
    assert.match(await by('paper-deadline').inputValue(), /^\d{4}-\d{2}-\d{2}$/)
    await by('finish').click()
    await says('missing', /选择签字或拒签/)
    await clean('notice-missing')
  })

  await step('it comes back as it was left', async () => {
    await by('paper-requirements').fill('停止喷漆，清运废漆桶。')
    await until('the draft to be saved', async () => /已存服务器/.test(await by('saved-at').textContent()))
    await go('/me')
    await by('draft').filter({ hasText: site.name }).click()
    await by('continued').waitFor()
    assert.equal(await by('paper-requirements').inputValue(), '停止喷漆，清运废漆桶。')
    await go(`/sites/${site.id}`)
    await says('paper-next', /接着写草稿/)
    await by('paper-next').click()
    await by('continued').waitFor()
    assert.equal(await by('paper-requirements').inputValue(), '停止喷漆，清运废漆桶。')
  })

  await step('it is signed on the screen, and not for other words than it had', async () => {
    await by('receipt-signed').click()
    await by('signer').fill('张三')
    await by('sign').click()
    await by('signature-pad').waitFor()
    await settled(page)
    assert.equal(await by('signature-done').isDisabled(), true)
    await draw([[0.1, 0.2], [0.4, 0.8]], [[0.5, 0.5], [0.9, 0.1]])
    await by('signature-undo').click()
    await draw([[0.4, 0.2], [0.1, 0.8]], [[0.5, 0.2], [0.6, 0.8], [0.7, 0.2], [0.9, 0.7]])
    await clean('signing')
    await by('signature-done').click()
    await by('signature-open').waitFor()
    await by('paper-requirements').fill('停止喷漆。')
    await by('signed-other').waitFor()
    await by('finish').click()
    await says('missing', /重新签字/)
    await by('paper-requirements').fill('停止喷漆，清运废漆桶。')
    await by('signed-other').waitFor({ state: 'detached' })
    await by('paper-preview').click()
    await by('paper-preview-page').getByTestId('paper-signed').waitFor()
    await clean('preview')
    await by('preview-close').click()
    await by('finish').click()
    await by('paper-sheet').waitFor()
  })

  await step('it has the first number of its town and year, and is one page of A4', async () => {
    await says('paper-number', new RegExp(`^灌口镇整改〔${year}〕1号$`))
    const { paper } = await paperOf()
    const { strokes, name } = paper.paper.content.receipt
    assert.equal(name, '张三')
    assert.equal(strokes.length, 3, 'the stroke that was undone is not there')
    for (const stroke of strokes) {
      stroke.forEach((part, at) => assert.ok(Number.isInteger(part) && part >= 0 && part <= (at % 2 === 0 ? 600 : 240), `${part}`))
    }
    // As it was drawn: the first begins two fifths from the left, one fifth from the top.
    assert.ok(Math.abs(strokes[0][0] - 60) < 6 && Math.abs(strokes[0][1] - 48) < 6, `it begins at ${strokes[0].slice(0, 2)}`)
    const text = await sheet()
    for (const words of ['灌口镇人民政府', '责令限期整改通知书', site.name, ...PROBLEMS, '停止喷漆，清运废漆桶。', '张三', person, '送达']) assert.ok(text.includes(words), words)
    await clean('notice-phone')
    assert.equal(await printed('notice'), 1)
    await page.setViewportSize(desktop)
    await clean('notice-desktop')
    assert.equal(await printed('notice'), 1)
    await page.setViewportSize(phone)
  })

  await step('one that is refused names the witness and has the second number', async () => {
    await go(`/sites/${other.id}/papers/new/persuade`)
    await by('paper-facts').fill('现场检查发现：切割粉尘无组织排放。')
    await by('paper-requirements').fill('安装除尘设施。')
    await by('receipt-refused').click()
    await by('finish').click()
    await says('missing', /定整改期限.*见证人/)
    assert.match(await page.locator('#part-deadline').textContent(), /档案里的期限都已过/)
    await by('paper-deadline').fill(`${year - 1}-01-31`)
    await says('missing', /期限不能早于今天/)
    await by('paper-deadline').fill(`${year + 1}-01-31`)
    await by('witness').fill('王五（村干部）')
    await by('finish').click()
    await by('paper-refused').waitFor()
    await says('paper-number', /2号$/)
    const text = await sheet()
    for (const words of ['拒绝签字', '王五（村干部）']) assert.ok(text.includes(words), words)
    assert.equal(await printed('refused'), 1)
  })

  await step('a void paper says so across the page and keeps its number', async () => {
    await by('void-start').click()
    assert.equal(await by('void-confirm').isDisabled(), true)
    await by('void-reason').fill('当事人名称写错')
    await clean('void-form')
    await by('void-confirm').click()
    await by('paper-void').waitFor()
    await says('void-told', /当事人名称写错/)
    await says('paper-number', /2号$/)
    assert.equal(await by('void-start').count(), 0)
    await clean('void')
    assert.equal(await printed('void'), 1)
  })

  await step('a step before its predecessor needs a reason', async () => {
    await go(`/sites/${other.id}`)
    await by('step-persuade').waitFor()
    assert.equal(await by('step-persuade').getAttribute('data-state'), 'next', 'a void paper took no step')
    await by('paper-line-void').waitFor()
    await by('paper-other').click()
    assert.match(await by('paper-new-cut_off').textContent(), /须说明理由/)
    assert.doesNotMatch(await by('paper-new-persuade').textContent(), /须说明理由/)
    await by('paper-new-cut_off').click()
    await by('paper-reason').waitFor()
    await by('finish').click()
    await says('missing', /说明提前采取的理由/)
  })

  await step('a record of cutting off has its five ticks with times and photos', async () => {
    await go(`/sites/${site.id}/papers/new/cut_off`)
    await by('form-subtitle').filter({ hasText: site.name }).waitFor()
    await by('tick-water').waitFor()
    assert.equal(await by('paper-reason').count(), 0, 'the notice came before')
    assert.match(await by('paper-facts').inputValue(), new RegExp(`灌口镇整改〔${year}〕1号`))
    for (const measure of ['water', 'equipment']) await by(`tick-${measure}`).click()
    await by('tick-time-water').fill('99:99')
    await by('receipt-refused').click()
    await by('witness').fill('王五')
    await by('finish').click()
    await says('missing', /时间/)
    await by('tick-now-water').click()
    await by('tick-photo-water-input').setInputFiles(photo('gps-DSCN0010.jpg'))
    await until('the photo to be attached', async () => (await by('tick-row-water').getByTestId('form-photo').count()) === 1, 60)
    await by('tick-row-water').scrollIntoViewIfNeeded()
    await clean('ticks')
    await by('finish').click()
    await by('paper-ticks').waitFor()
    await says('paper-number', new RegExp(`^灌口镇断清〔${year}〕1号$`))
    await page.waitForFunction(() => document.querySelector('[data-testid="paper-tick-water"] img')?.naturalWidth > 0)
    assert.match(await by('paper-tick-equipment').textContent(), /未拍照/)
    assert.match(await by('paper-tick-power').textContent(), /未采取/)
    await page.setViewportSize(desktop)
    await clean('cut-off')
    assert.equal(await printed('cut-off'), 1)
    await page.setViewportSize(phone)
    const { paper } = await paperOf()
    const [water, equipment] = paper.paper.content.measures
    assert.deepEqual([water.measure, equipment.measure, equipment.photo], ['water', 'equipment', null])
    assert.ok(Math.abs(Date.now() - Date.parse(water.at)) < 180_000)
  })

  await step('a transfer notice goes to named departments', async () => {
    await go(`/sites/${site.id}`)
    await by('paper-next').click()
    await by('department-0').waitFor()
    await by('finish').click()
    await says('missing', /至少选一个部门/)
    await by('department-0').click()
    await by('department-other').fill('灌口镇综合执法队')
    await by('department-add').click()
    await clean('transfer-form')
    await by('finish').click()
    await says('paper-number', new RegExp(`^灌口镇抄告〔${year}〕1号$`))
    assert.match(await sheet(), /生态环境局、灌口镇综合执法队：/)
    assert.equal(await printed('transfer'), 1)
    await go(`/sites/${site.id}`)
    await by('paper-section').waitFor()
    for (const id of ['persuade', 'cut_off', 'joint_enforcement']) assert.equal(await by(`step-${id}`).getAttribute('data-state'), 'taken')
    await by('paper-section').scrollIntoViewIfNeeded()
    await clean('section-taken')
  })

  await step('what does not fit on the page stands word for word in the annex', async () => {
    const id = randomUUID()
    const [facts, requirements] = [long(2000, 0x4e00), long(2000, 0x6000)]
    await server.call('papers.record', {
      id, site: site.id, problems: [], facts, content: { step: 'persuade', requirements, deadline: `${year + 1}-01-31`, receipt: { kind: 'refused', witness: '王五' } },
      reason: '', position: null, photos: [], draft: null,
    })
    await go(`/sites/${site.id}/papers/${id}`)
    await by('annexed').waitFor()
    const sheets = await page.locator('.sheet-a4').count()
    assert.ok(sheets > 2, `${sheets} sheets`)
    assert.match(await sheet(), new RegExp(`详见附页，共${sheets - 1}页`))
    const annex = (await page.locator('.sheet-annex .sheet-annex-text').allTextContents()).join('')
    assert.equal(annex, facts + requirements)
    const cut = await page.evaluate(() => [...document.querySelectorAll('.sheet-a4')].filter((one) => one.scrollHeight > one.clientHeight + 1).length)
    assert.equal(cut, 0, 'nothing is cut off')
    assert.equal(await printed('annexed'), sheets)
    await clean('annexed')
  })

  await step('the register lists them by step and year', async () => {
    await page.setViewportSize(desktop)
    await go('/papers')
    await until('five papers', async () => (await by('register-row').count()) === 5)
    await says('register-count', /共 5 份/)
    const row = by('register-row').filter({ hasText: `灌口镇整改〔${year}〕2号` })
    assert.match(await row.textContent(), /作废、拒签/)
    await clean('register-desktop')
    await by('register-cut_off').click()
    await until('one record', async () => (await by('register-row').count()) === 1)
    await by('register-clear').click()
    await by(`register-year-${year - 1}`).click()
    await page.getByText('没有这样的文书').waitFor()
    await by('register-clear').click()
    await until('five papers', async () => (await by('register-row').count()) === 5)
    await page.setViewportSize(phone)
    await settled(page)
    await clean('register-phone')
    await by('register-row').filter({ hasText: '抄告' }).first().click()
    await by('paper-sheet').waitFor()
  })

  await step('the web view of a phone says that it cannot print, and where it can be done', async () => {
    const hash = await page.evaluate(() => globalThis.location.hash)
    const agent = 'Mozilla/5.0 (Linux; Android 11; V2057A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/87.0.4280.141 Mobile Safari/537.36'
    const inView = await browser.newContext({ viewport: phone, locale: 'zh-CN', userAgent: agent, storageState: await context.storageState() })
    const view = await inView.newPage()
    await view.goto(`${server.address}/${hash}`)
    await view.getByTestId('no-print').waitFor()
    assert.equal(await view.getByTestId('paper-print').count(), 0)
    await view.getByTestId('paper-sheet').waitFor()
    await view.screenshot({ path: picture('papers-no-print') })
    await inView.close()
  })

  assert.deepEqual(page.complaints, [])
})
