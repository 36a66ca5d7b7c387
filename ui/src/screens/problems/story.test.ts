import { describe, expect, it } from 'vitest'
import type { DossierView } from '@/wire/DossierView'
import type { Inspection } from '@/wire/Inspection'
import type { PhotoView } from '@/wire/PhotoView'
import type { Position } from '@/wire/Position'
import type { ProblemView } from '@/wire/ProblemView'
import type { Stage } from '@/wire/Stage'
import type { StageChange } from '@/wire/StageChange'
import { storyOf } from './story'
import { resumesAt, trackOf } from './track'

const at = (hour: number): string => `2026-11-20T${String(hour).padStart(2, '0')}:00:00Z`
const place: Position = { place: { latitude: 24.66, longitude: 118.09 }, accuracy_m: 8, fixed_at: null, provider: 'platform', mock: false }
const near: Position = { ...place, place: { latitude: 24.66 + 50 / 111_195, longitude: 118.09 } }

const visit = (id: string, hour: number): Inspection => ({
  id, source: 'daily_patrol', verdict: null, remarks: '', task: null, checklist: [], relapse: false, position: near, clock: null, at: at(hour), by: '阿花',
})
const change = (id: string, stage: Stage, hour: number, after: string[] | null, more: Partial<StageChange> = {}): StageChange => ({
  id, problem: 'p', stage, after, comment: '', deadline: null, position: null, at: at(hour), by: '林组长', ...more,
})
const photo = (id: string, more: Partial<PhotoView['photo']>): PhotoView => ({
  photo: {
    id, hash: id, inspection: null, problem: 'p', stage_change: null, paper: null, rectified: false, sketch_of: null, compare_with: null,
    bytes: 1, taken_at: null, position: null, direction_deg: null, camera: '', at: at(1), by: '阿花', ...more,
  },
  present: true, thumbnail: true, stored: true,
})
const view = (more: Partial<ProblemView> = {}): ProblemView => ({
  problem: { id: 'p', inspection: 'v1', description: '废气直排', severity: 'ordinary', deadline: null, at: at(1), by: '阿花' },
  stage: 'discovered', sent_back_from: null, since: at(1), deadline: null, days_overdue: null, tips: [], contested: [], void: [], steps: [], ...more,
})
const told = (stage_changes: StageChange[], photos: PhotoView[] = []) =>
  ({ inspections: [visit('v1', 1), visit('v2', 9)], stage_changes, photos, fields: { position: place } }) as Pick<DossierView, 'inspections' | 'stage_changes' | 'photos' | 'fields'>
const marks = (changes: StageChange[], state: Partial<ProblemView>) =>
  storyOf(told(changes), view(state)).flatMap((entry) => (entry.kind === 'step' ? [[entry.id, entry.mark, entry.settles]] : []))

describe('the story of a problem', () => {
  it('begins with the finding and goes on in order, each with its photos', () => {
    const changes = [change('b', 'registered', 6, ['a']), change('a', 'confirmed', 4, []), { ...change('x', 'confirmed', 2, []), problem: 'other' }]
    const photos = [
      photo('before', { inspection: 'v1' }),
      photo('after', { inspection: 'v2', rectified: true }),
      photo('step', { stage_change: 'b' }),
      photo('elsewhere', { problem: 'other', inspection: 'v1' }),
    ]
    const story = storyOf(told(changes, photos), view())
    expect(story.map(({ kind, id, photos }) => [kind, id, photos.map(({ photo }) => photo.id)])).toEqual([
      ['found', 'p', ['before']],
      ['step', 'a', []],
      ['step', 'b', ['step']],
      ['visit', 'v2', ['after']],
    ])
    expect(story[0]?.away).toBeCloseTo(50, 0)
    expect(story[1]?.away).toBeNull()
  })

  it('tells a step after the one that it was taken upon, whatever clock was wrong', () => {
    const changes = [change('late', 'confirmed', 8, []), change('early', 'registered', 3, ['late'])]
    expect(storyOf(told(changes), view()).map(({ id }) => id)).toEqual(['p', 'late', 'early'])
  })

  it('ends where a document says that steps build on each other in a ring', () => {
    expect(storyOf(told([change('a', 'confirmed', 2, ['b']), change('b', 'registered', 3, ['a'])]), view())).toHaveLength(3)
  })

  it('keeps photos whose visit is not known here', () => {
    const story = storyOf(told([], [photo('lost', { inspection: 'gone' })]), view())
    expect(story[0]?.photos.map(({ photo }) => photo.id)).toEqual(['lost'])
  })

  it('marks what stands, what waits to be settled and what had no effect', () => {
    const changes = [change('a', 'confirmed', 2, []), change('back', 'sent_back', 3, ['a']), change('on', 'registered', 4, ['a']), change('lost', 'closed_out', 5, ['a'])]
    expect(marks(changes, { tips: ['back'], contested: ['on'], void: ['lost'] })).toEqual([
      ['a', null, false],
      ['back', 'stands', false],
      ['on', 'contested', false],
      ['lost', 'void', false],
    ])
  })

  it('marks what was not chosen when it was settled, and the step that settled it', () => {
    const changes = [change('a', 'confirmed', 2, []), change('back', 'sent_back', 3, ['a']), change('on', 'registered', 4, ['a']), change('settled', 'registered', 6, ['back', 'on'])]
    expect(marks(changes, { tips: ['settled'] })).toEqual([
      ['a', null, false],
      ['back', 'overruled', false],
      ['on', null, false],
      ['settled', null, true],
    ])
  })

  it('overrules nobody where both took the same step', () => {
    const changes = [change('a', 'confirmed', 2, []), change('b', 'confirmed', 3, []), change('c', 'registered', 5, ['a', 'b'])]
    expect(marks(changes, { tips: ['c'] }).every(([, mark, settles]) => mark === null && settles === false)).toBe(true)
  })

  it('tells a forward step of an earlier round from the one that was taken after sending back', () => {
    const changes = [
      change('back', 'sent_back', 2, []),
      change('again', 'discovered', 3, ['back']),
      change('apart', 'confirmed', 4, []),
      change('settled', 'confirmed', 6, ['again', 'apart']),
    ]
    expect(marks(changes, { tips: ['settled'] })).toContainEqual(['again', 'overruled', false])
  })
})

describe('the six stages', () => {
  const states = (more: Partial<ProblemView>, changes: StageChange[] = []) => trackOf(view(more), changes).map(({ state }) => state)

  it('are behind, present or ahead', () => {
    expect(states({ stage: 'registered' })).toEqual(['done', 'done', 'now', 'ahead', 'ahead', 'ahead'])
    expect(states({ stage: 'closed_out' })).toEqual(['done', 'done', 'done', 'done', 'done', 'done'])
  })

  it('have to be walked again from where a problem goes on that was sent back', () => {
    expect(states({ stage: 'sent_back', sent_back_from: 'supervised' })).toEqual(['done', 'done', 'done', 'now', 'undone', 'ahead'])
    expect(states({ stage: 'sent_back', sent_back_from: 'confirmed' })).toEqual(['now', 'undone', 'ahead', 'ahead', 'ahead', 'ahead'])
    expect([resumesAt(null), resumesAt('discovered'), resumesAt('registered')]).toEqual(['discovered', 'discovered', 'rectifying'])
  })

  it('carry the day on which they were reached last, by steps that had an effect', () => {
    const changes = [change('a', 'confirmed', 2, []), change('b', 'confirmed', 20, []), change('c', 'registered', 21, ['a'])]
    expect(trackOf(view({ stage: 'confirmed', void: ['c'] }), changes).map(({ day }) => day)).toEqual(['2026-11-20', '2026-11-21', '', '', '', ''])
  })
})
