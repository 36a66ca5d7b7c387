// Starting and ending programs without waiting for any of them for ever.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

export const run = promisify(execFile)
export { sleep }

/** Asks again until the answer is neither false nor undefined, or says what it waited for. */
export async function until(what, ask, seconds = 20) {
  const end = Date.now() + seconds * 1000
  let last
  while (Date.now() < end) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false && answer !== null) return answer
    } catch (error) {
      last = error
    }
    await sleep(100)
  }
  throw new Error(`waited ${seconds} s for ${what}${last ? `: ${last.message}` : ''}`)
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** In a process group of its own, so that it can be ended with all that it started. */
export function startGroup(program, args, options) {
  return spawn(program, args, { detached: true, ...options })
}

export async function endGroup(child, signal = 'SIGTERM') {
  const gone = child.exitCode !== null || child.signalCode !== null ? undefined : once(child, 'exit')
  try {
    process.kill(-child.pid, signal)
  } catch {
    return
  }
  await Promise.race([gone, sleep(5000)])
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It is gone, as it should be.
  }
}
