import { expect, it } from 'vitest'
import { bundleFault } from './bundle-file'

const LIMIT = 64_000_000

it('takes bundles, and their copies under the names that chat programs make', () => {
  for (const name of ['洪志强的手机.vlbundle', 'a.vlbundle(1)', 'A.VLBUNDLE', 'a.vlbundle.1']) expect(bundleFault({ name, size: 100 }, LIMIT), name).toBe(null)
})

it('refuses other files and what is too large before anything is sent', () => {
  expect(bundleFault({ name: '台账.csv', size: 100 }, LIMIT)).toBe('not_a_bundle')
  expect(bundleFault({ name: 'a.vlbundle', size: LIMIT + 1 }, LIMIT)).toBe('too_large')
  expect(bundleFault({ name: 'a.vlbundle', size: LIMIT }, LIMIT)).toBe(null)
  expect(bundleFault({ name: 'a.vlbundle', size: LIMIT + 1 }, 0)).toBe(null)
})
