// The office server: the very program, over a folder of its own.

import { serverProgram, sample, uiDist } from './places.mjs'
import { endGroup, run, startGroup, until } from './processes.mjs'

export const donghui = '350211102207'

export class Server {
  constructor(data) {
    this.data = data
  }

  /** Runs one of the program's other commands and gives what it printed. */
  async command(...args) {
    const { stdout } = await run(serverProgram, ['--data', this.data, ...args])
    return stdout
  }

  /** What `make run` imports at first start. */
  async importSamples() {
    await this.command('import', 'divisions', sample('divisions-350211.csv'))
    await this.command('import', 'boundaries', sample('boundaries-350211.geojson'))
    await this.command('import', 'ledger', sample('ledger-donghui.csv'))
  }

  async addDevice(name, grid = donghui) {
    return (await this.command('device', 'add', '--name', name, '--grid', grid)).trim()
  }

  /** A device of somebody who is on the list. */
  async addDeviceOf(person) {
    return (await this.command('device', 'add', '--name', person, '--person', person)).trim()
  }

  /** A link that signs somebody in once; they are put on the list the first time. */
  async linkFor(name, role = 'lead', grid = '350211') {
    const people = await this.command('person', 'list')
    if (!people.split('\n').some((line) => line.startsWith(`${name}\t`))) await this.command('person', 'add', '--name', name, '--role', role, '--grid', grid)
    return (await this.command('sign-in-link', '--person', name)).match(/http\S+/)[0]
  }

  /** On a port of its own the first time, and on the same one afterwards. */
  async start() {
    const listen = this.address ? new URL(this.address).host : '127.0.0.1:0'
    const args = ['--data', this.data, 'serve', '--listen', listen, '--ui', uiDist]
    const child = startGroup(serverProgram, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stdout.on('data', (bytes) => (said += bytes))
    child.stderr.on('data', (bytes) => (said += bytes))
    this.child = child
    this.signIn = await until('the one-time sign-in link', () => {
      if (child.exitCode !== null) throw new Error(`the server ended: ${said}`)
      return said.match(/http:\/\/\S+sign-?in\S+/)?.[0]
    })
    this.address = new URL(this.signIn).origin
    this.cookie = undefined
  }

  /** Signs in to the console, once for each start, and calls one of its commands there. */
  async call(command, request) {
    return (await this.ask(`/api/call/${command}`, { method: 'POST', body: JSON.stringify(request) })).json()
  }

  async photo(hash) {
    return Buffer.from(await (await this.ask(`/api/photos/${hash}`)).arrayBuffer())
  }

  async ask(path, options) {
    this.cookie ??= await signIn(this.signIn)
    const headers = { 'X-Village-Ledger': 'console', 'Content-Type': 'application/json', Cookie: this.cookie }
    const response = await fetch(this.address + path, { headers, ...options })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }

  async stop(signal) {
    if (this.child) await endGroup(this.child, signal)
    this.child = undefined
  }
}

async function signIn(link) {
  const response = await fetch(link, { redirect: 'manual' })
  const cookies = response.headers.getSetCookie()
  if (cookies.length === 0) throw new Error(`the sign-in link set no cookie: ${response.status}`)
  return cookies.map((cookie) => cookie.split(';')[0]).join('; ')
}

/** A server that knows Donghui, running until the test ends. */
export async function startServer(t, data) {
  const server = new Server(data)
  t.after(() => server.stop())
  await server.importSamples()
  await server.start()
  return server
}
