// The office console in a headless Chromium.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium as engine } from 'playwright-core'
import { chromium } from './places.mjs'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export const phone = { width: 390, height: 844 }
export const desktop = { width: 1440, height: 900 }

export async function openBrowser(t, more = []) {
  const args = [...(process.getuid() === 0 ? ['--no-sandbox'] : []), ...more]
  // In a locale without Unicode it cannot name a downloaded file in Chinese.
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  const browser = await engine.launch({ executablePath: chromium, args, env })
  t.after(() => browser.close())
  return browser
}

/** A page in Chinese whose `complaints` collect what it wrote to the console as an error. */
export async function openPage(browser, viewport) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN' })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  page.complaints = []
  page.on('pageerror', (error) => page.complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') page.complaints.push(`${message.text()} ${message.location().url}`)
  })
  return page
}

/** Waits until what was asked for has come and nothing moves any more. */
export async function settled(page) {
  await page.waitForLoadState('networkidle')
  await page.waitForFunction(
    () =>
      document.querySelector('.q-skeleton, .q-linear-progress, .q-spinner') === null &&
      document.getAnimations().every((animation) => animation.playState !== 'running'),
  )
}

/** What axe has against the page as it stands, one line for each rule and place. */
export async function violations(page) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => globalThis.axe.run())
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id} (${help}): ${target.join(' ')}`))
}
