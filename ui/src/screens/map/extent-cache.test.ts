import { describe, expect, it } from 'vitest'
import { around, contains, holds, padded } from './bounds'
import { ExtentCache } from './extent-cache'

const box = (west: number, south: number, east: number, north: number) => ({ west, south, east, north })

describe('answers about parts of the map', () => {
  it('serve every part within them when they are complete', () => {
    const cache = new ExtentCache<string>()
    cache.keep({ bounds: box(118, 24, 119, 25), complete: true, value: 'all' })
    expect(cache.find(box(118.2, 24.2, 118.4, 24.4))?.value).toBe('all')
    expect(cache.find(box(118.9, 24.2, 119.1, 24.4))).toBeNull()
  })

  it('serve nothing but the same part when something was left out', () => {
    const cache = new ExtentCache<string>()
    cache.keep({ bounds: box(118, 24, 119, 25), complete: false, value: 'some' })
    expect(cache.find(box(118.2, 24.2, 118.4, 24.4))).toBeNull()
    expect(cache.find(box(118, 24, 119, 25))?.value).toBe('some')
  })

  it('leave in the order in which they were last of use', () => {
    const cache = new ExtentCache<number>(2)
    cache.keep({ bounds: box(0, 0, 1, 1), complete: true, value: 1 })
    cache.keep({ bounds: box(10, 10, 11, 11), complete: true, value: 2 })
    expect(cache.find(box(0, 0, 1, 1))?.value).toBe(1)
    cache.keep({ bounds: box(20, 20, 21, 21), complete: true, value: 3 })
    expect(cache.find(box(10, 10, 11, 11))).toBeNull()
    expect(cache.find(box(0, 0, 1, 1))?.value).toBe(1)
  })

  it('are replaced by a newer one about the same part, and forgotten when told', () => {
    const cache = new ExtentCache<number>()
    cache.keep({ bounds: box(0, 0, 1, 1), complete: true, value: 1 })
    cache.keep({ bounds: box(0, 0, 1, 1), complete: true, value: 2 })
    expect(cache.find(box(0, 0, 1, 1))?.value).toBe(2)
    cache.clear()
    expect(cache.find(box(0, 0, 1, 1))).toBeNull()
  })
})

describe('bounds', () => {
  it('stay on the map when they are padded', () => {
    expect(padded(box(-170, 0, 170, 80), 0.25)).toEqual(box(-180, -20, 180, 85.05))
    expect(contains(padded(box(1, 1, 2, 2), 0.25), box(1, 1, 2, 2))).toBe(true)
  })

  it('hold their edges', () => {
    expect(holds(box(118, 24, 119, 25), { latitude: 25, longitude: 118 })).toBe(true)
    expect(holds(box(118, 24, 119, 25), { latitude: 25.0001, longitude: 118 })).toBe(false)
  })

  it('lie around places, of which there may be none', () => {
    expect(around([])).toBeNull()
    expect(around([{ latitude: 24, longitude: 118 }, { latitude: 23, longitude: 119 }])).toEqual(box(118, 23, 119, 24))
  })
})
