import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { neededBy, RESTRICTED } from './route-permissions'

const router = readFileSync(join(import.meta.dirname, '..', 'router.ts'), 'utf8')
const names = new Set([...router.matchAll(/name: '([a-z-]+)', component|name: '([a-z-]+)',\n\s+component/g)].map(([, one, other]) => one ?? other))

describe('what a screen needs', () => {
  it('is said of screens that there are', () => {
    expect(names.size).toBeGreaterThan(20)
    for (const name of RESTRICTED) expect(names.has(name), name).toBe(true)
  })

  it('is nothing for those who only look', () => {
    for (const name of ['today', 'sites', 'ledger', 'tasks', 'task', 'problems', 'rules', 'me']) expect(neededBy(name)).toBe(null)
    expect(neededBy('held')).toBe('supervise')
    expect(neededBy(undefined)).toBe(null)
  })
})
