// The few DevTools commands that a walk through the screens needs. Today's drivers cannot speak to engines that old.

import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { picture } from './places.mjs'
import { endGroup, sleep, startGroup, until } from './processes.mjs'

const SECONDS = 20

export class Browser {
  #child
  #waiting = new Map()
  #last = 0
  #pages = new Map()
  #said = ''

  static async start(program, args) {
    const browser = new Browser()
    // Two more pipes, over which it takes commands and answers, each ended by a zero byte.
    const child = startGroup(program, ['--remote-debugging-pipe', ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    })
    browser.#child = child
    child.stderr.on('data', (bytes) => (browser.#said = (browser.#said + bytes).slice(-4000)))
    child.stdio[3].on('error', () => undefined)
    child.on('exit', () => {
      for (const { reject } of browser.#waiting.values()) reject(new Error(`the browser ended: ${browser.#said}`))
      browser.#waiting.clear()
    })
    let rest = Buffer.alloc(0)
    child.stdio[4].on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes])
      for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
        browser.#heard(JSON.parse(rest.subarray(0, end).toString('utf8')))
        rest = rest.subarray(end + 1)
      }
    })
    return browser
  }

  #heard({ id, result, error, method, params, sessionId }) {
    if (id === undefined) return void this.#pages.get(sessionId)?.heard(method, params)
    const asked = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) asked?.reject(new Error(`${asked.method}: ${error.message}`))
    else asked?.resolve(result)
  }

  /** Sends one command and gives its answer. */
  send(method, params = {}, sessionId) {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method} was not answered: ${this.#said}`)), SECONDS * 1000)
      const then = (settle) => (value) => {
        clearTimeout(late)
        settle(value)
      }
      this.#waiting.set(id, { method, resolve: then(resolve), reject: then(reject) })
      this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    })
  }

  /** Such as 88. */
  async version() {
    const { product } = await this.send('Browser.getVersion')
    return product.match(/\/(\d+)\./)?.[1]
  }

  /** A page of a phone's size, with touch. */
  async openPage({ width, height }) {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    const page = new Page((method, params) => this.send(method, params, sessionId))
    this.#pages.set(sessionId, page)
    for (const domain of ['Page', 'Runtime', 'Log', 'DOM', 'Network']) await page.send(`${domain}.enable`)
    await page.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: true })
    await page.send('Emulation.setTouchEmulationEnabled', { enabled: true })
    return page
  }

  async end() {
    await Promise.race([this.send('Browser.close').catch(() => undefined), sleep(3000)])
    await endGroup(this.#child)
  }
}

class Page {
  /** What went wrong in the page, as it would stand in its console. */
  complaints = []
  #requests = new Set()

  constructor(send) {
    this.send = send
  }

  heard(method, params) {
    switch (method) {
      case 'Runtime.exceptionThrown': {
        const { text, exception, url } = params.exceptionDetails
        return void this.complaints.push(`${text} ${exception?.description ?? ''} ${url ?? ''}`)
      }
      case 'Runtime.consoleAPICalled':
        if (params.type !== 'error' && params.type !== 'assert') return
        return void this.complaints.push(params.args.map(({ value, description }) => value ?? description).join(' '))
      case 'Log.entryAdded':
        if (params.entry.level !== 'error') return
        return void this.complaints.push(`${params.entry.text} ${params.entry.url ?? ''}`)
      case 'Network.requestWillBeSent':
        return void this.#requests.add(params.requestId)
      case 'Network.loadingFinished':
      case 'Network.loadingFailed':
        return void this.#requests.delete(params.requestId)
    }
  }

  /** Runs a function in the page and gives what it returns. */
  async evaluate(body, ...values) {
    const expression = `(${body})(...${JSON.stringify(values)})`
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  async go(url) {
    const { errorText } = await this.send('Page.navigate', { url })
    if (errorText) throw new Error(`${url}: ${errorText}`)
  }

  async count(id) {
    return this.evaluate((id) => document.querySelectorAll(`[data-testid="${id}"]`).length, id)
  }

  async text(id) {
    return this.evaluate((id) => document.querySelector(`[data-testid="${id}"]`)?.textContent.trim(), id)
  }

  async shows(id) {
    try {
      await until(`${id} to be shown`, async () => (await this.count(id)) > 0, SECONDS)
    } catch (error) {
      throw new Error(`${error.message}; the page complained: ${this.complaints.join('\n') || 'of nothing'}`)
    }
  }

  async says(id, wanted) {
    await until(`${id} to say ${wanted}`, async () => {
      const text = await this.text(id)
      if (typeof wanted === 'string' ? text === wanted : wanted.test(text)) return true
      throw new Error(`it says ${JSON.stringify(text)}`)
    }, SECONDS)
  }

  /** Presses the middle of an element, once it is in view and nothing lies over it. */
  async press(id) {
    const point = await until(`${id} to be in reach`, async () =>
      this.evaluate((id) => {
        const element = document.querySelector(`[data-testid="${id}"]`)
        if (!element) return null
        element.scrollIntoView({ block: 'center' })
        const { left, top, width, height } = element.getBoundingClientRect()
        const [x, y] = [left + width / 2, top + height / 2]
        return element.contains(document.elementFromPoint(x, y)) ? { x, y } : null
      }, id), SECONDS)
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.send('Input.dispatchMouseEvent', { type, ...point, button: 'left', clickCount: 1 })
    }
  }

  async type(id, text) {
    await this.press(id)
    await this.send('Input.insertText', { text })
    const value = await this.evaluate((id) => {
      const element = document.querySelector(`[data-testid="${id}"]`)
      return (element.matches('input, textarea') ? element : element.querySelector('input, textarea')).value
    }, id)
    assert.equal(value, text)
  }

  async attach(id, path) {
    await this.shows(id)
    const { root } = await this.send('DOM.getDocument')
    const { nodeId } = await this.send('DOM.querySelector', { nodeId: root.nodeId, selector: `[data-testid="${id}"]` })
    await this.send('DOM.setFileInputFiles', { nodeId, files: [path] })
  }

  /** Waits until what was asked for has come and nothing moves any more. */
  async settled() {
    let quiet = 0
    await until('the page to be quiet', async () => {
      const still = await this.evaluate(
        () =>
          document.readyState === 'complete' &&
          document.querySelector('.q-skeleton, .q-linear-progress, .q-spinner') === null &&
          document.getAnimations().every((animation) => animation.playState !== 'running'),
      )
      quiet = still && this.#requests.size === 0 ? quiet + 1 : 0
      return quiet >= 3
    }, SECONDS)
  }

  /**
   * What a person would see of the page: its text within the window, and how many different colours a picture of it
   * has, for a page can be full of text and painted blank.
   */
  async seen(name) {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' })
    await mkdir(dirname(picture(name)), { recursive: true })
    await writeFile(picture(name), Buffer.from(data, 'base64'))
    return this.evaluate(async (png) => {
      const image = new Image()
      image.src = `data:image/png;base64,${png}`
      await new Promise((resolve, reject) => {
        image.onload = resolve
        image.onerror = () => reject(new Error('the picture of the page cannot be read'))
      })
      const canvas = document.createElement('canvas')
      canvas.width = image.naturalWidth
      canvas.height = image.naturalHeight
      const context = canvas.getContext('2d')
      context.drawImage(image, 0, 0)
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
      const colours = new Set()
      for (let at = 0; at < data.length; at += 4) colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2])
      const overflow = document.documentElement.scrollWidth - window.innerWidth
      return { text: document.body.innerText.trim(), colours: colours.size, overflow }
    }, data)
  }
}
