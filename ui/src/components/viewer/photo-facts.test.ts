import { describe, expect, it } from 'vitest'
import type { PhotoView } from '@/wire/PhotoView'
import { related } from './photo-facts'

const photo = (letter: string, part: Partial<PhotoView['photo']> = {}): PhotoView => ({
  photo: {
    id: letter,
    hash: letter.repeat(64),
    inspection: null,
    problem: null,
    stage_change: null,
    paper: null,
    rectified: false,
    sketch_of: null,
    compare_with: null,
    bytes: 1000,
    taken_at: null,
    position: null,
    direction_deg: null,
    camera: '',
    at: '2026-11-21T09:32:05Z',
    by: '林秋',
    ...part,
  },
  present: true,
  thumbnail: true,
  stored: true,
})

const before = photo('a')
const sketch = photo('b', { sketch_of: before.photo.hash })
const after = photo('c', { compare_with: before.photo.hash, rectified: true })
const photos = [before, sketch, after]

describe('photos that belong together', () => {
  it('are found from either side', () => {
    expect(related(before, { photos }).map(({ kind, n }) => [kind, n])).toEqual([
      ['sketches', 2],
      ['compared_by', 3],
    ])
    expect(related(sketch, { photos }).map(({ kind, n }) => [kind, n])).toEqual([['sketch_of', 1]])
    expect(related(after, { photos }).map(({ kind, n }) => [kind, n])).toEqual([['compare_with', 1]])
  })

  it('are none where the other one is not on record here', () => {
    expect(related(sketch, { photos: [sketch] })).toEqual([])
  })
})
