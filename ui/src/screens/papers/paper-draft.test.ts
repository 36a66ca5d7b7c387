import { describe, expect, it } from 'vitest'
import type { DossierView } from '@/wire/DossierView'
import { cutting, ID, numbered, persuasion, problem } from './paper-fixtures'
import { missing, newPaper, outlived, type PaperDraft, parsePaper, requestOf, signedText, stepOfDraft, withProblems } from './paper-draft'
import { momentOf, ticked, timeFault } from './ticks'

const spray = problem(1, '露天喷漆', 'ordinary', '2026-03-08')
const waste = problem(2, '危废随意堆放', 'major', '2026-03-20')
const closed = { ...problem(3, '旧问题', 'ordinary', '2026-01-08'), stage: 'closed_out' as const }
const dossier = { fields: { operator: '张三' }, problems: [spray, waste, closed], papers: [], decisions: [], decision: null } as unknown as DossierView
const now = new Date('2026-03-01T04:00:00Z')
const given = { person: '林秋', papers: dossier.papers, today: '2026-03-01', now }
const HASH = (digit: string): string => digit.repeat(64)

const signed = (draft: PaperDraft): PaperDraft => ({
  ...draft,
  receipt: { ...draft.receipt, kind: 'signed', strokes: [[10, 10, 200, 100, 300, 20]], under: signedText(draft) },
})

describe('a new paper', () => {
  it('is filled in from the record', () => {
    const draft = newPaper('persuade', dossier, '2026-03-01')
    expect(draft.problems).toEqual([ID(1), ID(2)])
    expect(draft.facts).toContain('1．露天喷漆；')
    expect(draft.facts).not.toContain('旧问题')
    expect(draft.requirements).toContain('2026年3月20日')
    expect(draft.deadline).toBe('2026-03-08')
    expect(draft.receipt.name).toBe('张三')
    expect(missing(draft, given)).toEqual(['receipt'])
  })

  it('asks for a new deadline where all have passed, and has the usual one where there is none', () => {
    expect(newPaper('persuade', dossier, '2026-04-01').deadline).toBe('')
    expect(newPaper('persuade', { ...dossier, problems: [] }, '2026-04-01').deadline).toBe('2026-04-08')
  })

  it('comes back from its draft as it was', () => {
    const draft = signed(newPaper('persuade', dossier, '2026-03-01'))
    draft.ticks.water = ticked(draft.ticks.water, now)
    draft.notes = { [HASH('a')]: { problem: draft.ticks.water.id, rectified: false, sketchOf: null, compareWith: null } }
    expect(parsePaper(JSON.stringify(draft))).toEqual(draft)
    expect(stepOfDraft(JSON.stringify(draft))).toBe('persuade')
    expect(parsePaper('{"step":"unknown"}')).toBeNull()
  })
})

describe('the chosen problems', () => {
  it('carry facts and requirements with them', () => {
    const draft = withProblems(newPaper('persuade', dossier, '2026-03-01'), dossier, [ID(1)], '2026-03-01')
    expect(draft.facts).toBe('2026年3月1日现场检查发现：露天喷漆。')
    expect(draft.requirements).toBe('上述问题于2026年3月8日前整改完毕。')
  })

  it('leave alone what somebody wrote', () => {
    const own = { ...newPaper('persuade', dossier, '2026-03-01'), facts: '自己写的' }
    expect(withProblems(own, dossier, [ID(1)], '2026-03-01').facts).toBe('自己写的')
  })
})

describe('what is missing', () => {
  it('is a reason where the step before was not taken', () => {
    const draft = newPaper('cut_off', dossier, '2026-03-01')
    expect(missing(draft, given)).toEqual(['reason', 'measures', 'receipt'])
    const papers = [numbered(1, persuasion, '2026-02-01T02:00:00Z', 1)]
    expect(missing(draft, { ...given, papers })).toEqual(['measures', 'receipt'])
  })

  it('is a time of a tick that is no time, or lies ahead', () => {
    const draft = { ...newPaper('cut_off', dossier, '2026-03-01'), reason: '夜间偷排' }
    draft.receipt = { ...draft.receipt, kind: 'refused', witness: '王五' }
    draft.ticks.water = { ...ticked(draft.ticks.water, now), time: '25:00' }
    draft.ticks.power = { ...ticked(draft.ticks.power, now), day: '2026-03-02' }
    expect(missing(draft, given)).toEqual(['measure_time', 'measure_ahead'])
  })

  it('is a deadline that can be kept', () => {
    const draft = signed({ ...newPaper('persuade', dossier, '2026-03-01'), deadline: '2026-02-28' })
    expect(missing(draft, given)).toEqual(['deadline_past'])
    expect(missing(signed({ ...draft, deadline: '2026-02-30' }), given)).toEqual(['date'])
  })

  it('is department and request of a transfer notice, but no signature', () => {
    const draft = { ...newPaper('joint_enforcement', dossier, '2026-03-01'), reason: '拒不配合', request: '' }
    expect(missing(draft, given)).toEqual(['departments', 'request'])
  })

  it('is a signature under what the paper says now', () => {
    const draft = signed(newPaper('persuade', dossier, '2026-03-01'))
    expect(missing(draft, given)).toEqual([])
    const changed = { ...draft, deadline: '2026-03-05' }
    expect(outlived(changed)).toBe(true)
    expect(missing(changed, given)).toEqual(['signed_other'])
    expect(outlived({ ...changed, deadline: '2026-03-08' })).toBe(false)
  })
})

describe('what is recorded', () => {
  it('of the five ticks is each with its time and photo', () => {
    const draft = newPaper('cut_off', dossier, '2026-03-01')
    draft.reason = '夜间偷排'
    draft.receipt = { ...draft.receipt, kind: 'refused', witness: ' 王五 ' }
    draft.ticks.water = ticked(draft.ticks.water, now)
    draft.ticks.premises = { ...ticked(draft.ticks.premises, now), time: '11:30' }
    const of = (id: string | null, sketchOf: string | null = null) => ({ problem: id, rectified: false, sketchOf, compareWith: null })
    draft.notes = { [HASH('a')]: of(draft.ticks.water.id, HASH('b')), [HASH('b')]: of(draft.ticks.water.id), [HASH('c')]: of(null) }
    const request = requestOf(draft, ID(9), ID(8), [], [HASH('a'), HASH('b'), HASH('c')])
    expect(request.content).toEqual({
      step: 'cut_off',
      measures: [
        { measure: 'water', at: '2026-03-01T04:00:00.000Z', photo: HASH('b') },
        { measure: 'premises', at: '2026-03-01T03:30:00.000Z', photo: null },
      ],
      receipt: { kind: 'refused', witness: '王五' },
    })
    expect(request.photos.map(({ problem: of }) => of)).toEqual([null, null, null])
    expect(request.reason).toBe('夜间偷排')
  })

  it('has no reason where none was needed', () => {
    const draft = { ...newPaper('joint_enforcement', dossier, '2026-03-01'), reason: '多余', departments: [' 公安 ', ''] }
    const request = requestOf(draft, ID(9), ID(8), [numbered(1, cutting, '2026-02-01T02:00:00Z', 1)], [])
    expect(request.reason).toBe('')
    expect(request.content).toMatchObject({ departments: ['公安'], reply_by: null })
  })
})

describe('the time of a tick', () => {
  it('is that of China', () => {
    expect(momentOf({ day: '2026-03-01', time: '00:30' })).toBe('2026-02-28T16:30:00.000Z')
    expect(momentOf({ day: '2026-03-01', time: '24:00' })).toBeNull()
    expect(timeFault(ticked({ id: ID(1), on: false, day: '', time: '' }, now), now)).toBeNull()
  })
})
