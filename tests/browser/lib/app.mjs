// The app under WebDriver: the very program, in the system's web view.

import assert from 'node:assert/strict'
import { mkdir, readFile, readdir, readlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Key, remote } from 'webdriverio'
import { appProgram, picture } from './places.mjs'
import { endGroup, freePort, run, sleep, startGroup, until } from './processes.mjs'

/** The process ids of the app that runs over this data. */
async function pidsOver(data) {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        if ((await readlink(`/proc/${pid}/exe`)) !== appProgram) return []
        const variables = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0')
        return variables.includes(`VILLAGE_LEDGER_DATA=${data}`) ? [Number(pid)] : []
      } catch {
        return [] // It ended meanwhile.
      }
    }),
  )
  return found.flat()
}

export class App {
  /** `environment` is what `scripts/run.sh` gives the app beside its data. */
  constructor(data, environment) {
    this.data = data
    this.environment = environment
  }

  async open() {
    const [port, nativePort] = [await freePort(), await freePort()]
    // The app may outlive its session and would hold a pipe open: no pipes, and a process group that can be ended.
    this.driver = startGroup('tauri-driver', ['--port', port, '--native-port', nativePort].map(String), {
      stdio: 'ignore',
      env: {
        ...process.env,
        WEBKIT_DISABLE_COMPOSITING_MODE: '1',
        VILLAGE_LEDGER_DATA: this.data,
        ...this.environment,
      },
    })
    await until('tauri-driver', async () => (await fetch(`http://127.0.0.1:${port}/status`)).ok)
    this.page = await remote({
      hostname: '127.0.0.1',
      port,
      logLevel: 'silent',
      connectionRetryCount: 0,
      connectionRetryTimeout: 60_000,
      capabilities: {
        browserName: 'wry',
        'tauri:options': { application: appProgram },
        'wdio:enforceWebDriverClassic': true,
      },
    })
    await this.page.setWindowSize(390, 844)
  }

  by(id) {
    return this.page.$(`[data-testid="${id}"]`)
  }

  async count(id) {
    return (await this.page.$$(`[data-testid="${id}"]`)).length
  }

  /** Waits until an element is there and in view, as a thumb would scroll to it. */
  async reach(id) {
    return until(`${id} to be shown`, async () => {
      const element = await this.by(id)
      if (!(await element.isExisting())) return undefined
      // Not by the driver's wheel, which a page may follow late.
      await this.page.execute((element) => element.scrollIntoView({ block: 'center', behavior: 'instant' }), element)
      return element
    })
  }

  /** Where an element is, and what a tap on its middle would meet. */
  async above(id) {
    return this.page.execute((id) => {
      const box = document.querySelector(`[data-testid="${id}"]`)?.getBoundingClientRect()
      if (!box) return 'it is gone'
      const met = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
      const where = [box.x, box.y, box.width, box.height].map(Math.round)
      return `it is at ${where}, in a window as high as ${innerHeight}, scrolled by ${scrollY}, under ${met?.outerHTML.slice(0, 200)}`
    }, id)
  }

  async press(id) {
    await until(`${id} to be pressed`, async () => {
      const element = await this.reach(id)
      try {
        await element.click()
      } catch (error) {
        throw new Error(`${error.message.split(' when running')[0]}; ${await this.above(id)}`)
      }
      return true
    })
  }

  async type(id, text) {
    await (await this.reach(id)).setValue(text.replaceAll('\n', Key.Enter))
    assert.equal(await this.value(id), text)
  }

  async value(id) {
    return (await this.reach(id)).getValue()
  }

  /** Waits until an element says this: a text as a whole, or a pattern. */
  async says(id, wanted) {
    let last
    await until(`${id} to say ${wanted}`, async () => {
      // Not `getText`, which takes a name that might be cut off with an ellipsis for hidden.
      last = (await (await this.by(id)).getProperty('textContent')).trim()
      if (typeof wanted === 'string' ? last === wanted : wanted.test(last)) return true
      throw new Error(`it says ${JSON.stringify(last)}`)
    })
    return last
  }

  async attach(id, path) {
    // The field itself is out of sight; its button opens the system's chooser, which no test can press.
    await (await this.by(id)).addValue(path)
  }

  /** The pictures in an element that were really decoded. */
  async decoded(id) {
    return this.page.execute(
      (id) => [...document.querySelectorAll(`[data-testid="${id}"] img`)].filter((img) => img.complete && img.naturalWidth > 0).length,
      id,
    )
  }

  /** Leaves a picture of the display, where there is a program that takes one: WebKit's own hangs here. */
  async picture(name) {
    await mkdir(dirname(picture(name)), { recursive: true })
    await run('import', ['-window', 'root', picture(name)]).catch(() => undefined)
  }

  /** As the system does when memory is short, or a hand that pulls the battery. */
  async kill() {
    const pids = await pidsOver(this.data)
    if (pids.length === 0) throw new Error('the app does not run')
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    await until('the app to be gone', async () => (await pidsOver(this.data)).length === 0)
    await this.endDriver()
  }

  async close() {
    if (!this.driver) return
    await Promise.race([this.page?.deleteSession().catch(() => undefined), sleep(5000)])
    await this.endDriver()
  }

  async endDriver() {
    const driver = this.driver
    this.driver = this.page = undefined
    if (driver) await endGroup(driver)
    for (const pid of await pidsOver(this.data)) process.kill(pid, 'SIGKILL')
  }
}
