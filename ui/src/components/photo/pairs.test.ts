import { describe, expect, it } from 'vitest'
import type { PhotoReference } from '@/wire/PhotoReference'
import type { PhotoView } from '@/wire/PhotoView'
import { beforePhotos, pairs } from './pairs'

const PROBLEM = 'problem'
let made = 0

function photo(about: Partial<PhotoReference>): PhotoView {
  made += 1
  const reference: PhotoReference = {
    id: `photo-${made}`,
    hash: `hash-${made}`,
    inspection: null,
    problem: PROBLEM,
    stage_change: null,
    paper: null,
    rectified: false,
    sketch_of: null,
    compare_with: null,
    bytes: 1,
    taken_at: null,
    position: null,
    direction_deg: null,
    camera: '',
    at: `2026-11-${String(made).padStart(2, '0')}T08:00:00Z`,
    by: '阿花',
    ...about,
  }
  return { photo: reference, present: true, thumbnail: true, stored: true }
}
const hashes = (photos: PhotoView[]) => pairs(photos).map(({ before, after }) => [before.photo.hash, after.photo.hash])

describe('before and after', () => {
  it('stand together as they were taken', () => {
    const [first, second] = [photo({}), photo({})]
    const after = photo({ rectified: true, compare_with: first.photo.hash })
    expect(hashes([first, second, after])).toEqual([[first.photo.hash, after.photo.hash]])
  })

  it('are found by their problem where nobody said it: the last before photo', () => {
    const [first, second, other] = [photo({}), photo({}), photo({ problem: 'another' })]
    const after = photo({ rectified: true })
    const later = photo({})
    expect(hashes([first, second, other, after, later])).toEqual([[second.photo.hash, after.photo.hash]])
  })

  it('are none without a before photo, and a drawing is neither', () => {
    const before = photo({})
    const drawing = photo({ sketch_of: before.photo.hash })
    expect(hashes([photo({ rectified: true, problem: 'alone' })])).toEqual([])
    expect(hashes([before, drawing, photo({ rectified: true, sketch_of: before.photo.hash })])).toEqual([])
    expect(beforePhotos([before, drawing], PROBLEM)).toEqual([before])
    expect(hashes([photo({ rectified: true, compare_with: 'gone', problem: 'alone' })])).toEqual([])
  })
})
