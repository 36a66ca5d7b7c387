import { describe, expect, it } from 'vitest'
import type { PhotoView } from '@/wire/PhotoView'
import { photoDistances } from './visit-position'

const site = { latitude: 24.66, longitude: 118.09 }
const metres = (north: number): PhotoView['photo']['position'] => ({
  place: { latitude: 24.66 + north / 111_195, longitude: 118.09 },
  accuracy_m: null,
  fixed_at: null,
  provider: 'photo',
  mock: false,
})
const photo = (position: PhotoView['photo']['position']): PhotoView =>
  ({ photo: { position }, present: true, thumbnail: true, stored: true }) as PhotoView

describe('where the photos of a visit were taken', () => {
  it('is told by the nearest and the farthest', () => {
    const told = photoDistances([photo(metres(12)), photo(null), photo(metres(-340))], site)
    expect(told?.count).toBe(2)
    expect(told?.nearest).toBeCloseTo(12, 0)
    expect(told?.farthest).toBeCloseTo(340, 0)
  })

  it('is not told where nothing is known', () => {
    expect(photoDistances([photo(null)], site)).toBeNull()
    expect(photoDistances([photo(metres(5))], null)).toEqual({ count: 1, nearest: null, farthest: null })
  })
})
