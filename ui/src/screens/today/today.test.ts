import { describe, expect, it } from 'vitest'
import type { Errand } from '@/wire/Errand'
import type { LeadWaiting } from '@/wire/LeadWaiting'
import type { TodayPlace } from '@/wire/TodayPlace'
import { asReason, placesOf, targetOf } from './errands'
import { lateFirst, waitingOf } from './waiting'

const errand = (part: Partial<Errand>): Errand => ({ reason: 'problem', text: '', deadline: null, days_overdue: null, problem: null, task: null, ...part })
const place = (part: Partial<TodayPlace>): TodayPlace => ({ site: 's1', name: '某厂', village: '东辉村', place: null, distance_m: null, errands: [], ...part })

describe('where to go next', () => {
  const places = [
    place({ site: 's1', errands: [errand({ deadline: '2026-11-22' }), errand({ deadline: '2026-11-25' }), errand({ reason: 'recheck', deadline: '2026-11-20' })] }),
    place({ site: 's2', errands: [errand({ deadline: '2026-11-30' }), errand({ reason: 'recheck', deadline: '2026-11-25' })] }),
    place({ site: null, errands: [errand({ reason: 'task', task: 't1' })] }),
  ]

  it('shows of a number what it counts', () => {
    expect(placesOf(places, 'problem', '2026-11-22').map(({ site, errands }) => [site, errands.length])).toEqual([['s1', 1]])
    expect(placesOf(places, 'recheck', '2026-11-22').map(({ site, errands }) => [site, errands.length])).toEqual([['s1', 1]])
    expect(placesOf(places, null, '2026-11-22')).toEqual(places)
  })

  it('leads to the dossier, or to the task as long as the site is not known', () => {
    expect(places.map(targetOf)).toEqual([
      { name: 'sites', params: { site: 's1' } },
      { name: 'sites', params: { site: 's2' } },
      { name: 'task', params: { task: 't1' } },
    ])
  })

  it('knows its reasons', () => {
    expect(asReason('recheck')).toBe('recheck')
    expect(asReason('holiday')).toBe(null)
  })
})

describe('what waits for a lead', () => {
  const lead: LeadWaiting = {
    to_confirm: 3,
    to_register: 0,
    to_verify: 2,
    to_close: 1,
    held: 1,
    contested: 0,
    alerts: 4,
    to_answer: 0,
    tasks_overdue: 5,
    overdue: [],
  }

  it('has a way to the rows of each number', () => {
    const all = waitingOf(lead, null)
    expect(all.map(({ key, sum }) => [key, sum])).toEqual([
      ['to_confirm', 3],
      ['to_register', 0],
      ['to_verify', 2],
      ['to_close', 1],
      ['held', 1],
      ['contested', 0],
      ['alerts', 4],
      ['to_answer', 0],
      ['tasks_overdue', 5],
    ])
    expect(all[0]?.to).toEqual({ path: '/problems', query: { stage: 'discovered' } })
    const ofTown = waitingOf(lead, '350211102')
    expect(ofTown[0]?.to).toEqual({ path: '/problems', query: { stage: 'discovered', grid: '350211102' } })
    expect(ofTown.find(({ key }) => key === 'held')?.to).toEqual({ path: '/held', query: undefined })
  })

  it('puts the village with the most first', () => {
    const village = (code: string, problems: number, sites: number) => ({ unit: { code, name: code }, problems, sites })
    const sorted = lateFirst([village('350211102207', 1, 1), village('350211102201', 0, 0), village('350211102203', 2, 3), village('350211102202', 2, 0)])
    expect(sorted.map(({ unit }) => unit.code)).toEqual(['350211102203', '350211102202', '350211102207'])
  })
})
