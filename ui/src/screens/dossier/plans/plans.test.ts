import { describe, expect, it } from 'vitest'
import { decisionOf } from '@/screens/inspection/inspection-draft'
import type { Decision } from '@/wire/Decision'
import { caseNeeds, yuanOf } from './case-form'
import { earlier, inForce, planOf, seenOf, sidesOf } from './decisions'
import { fitted } from './kept-form'

const decision = (id: string, verdict: Decision['verdict']): Decision => ({
  id, verdict, measures: '安装净化设施', deadline: '2026-12-31', responsible_unit: '灌口镇', responsible_person: '黄亚', inspection: null, after: null, at: '2026-11-20T08:00:00Z', by: '黄亚',
})
const decisions = [decision('a', 'clean'), decision('b', 'upgrade'), decision('c', 'shut_down'), decision('c2', 'shut_down')]

describe('the decisions on a site', () => {
  it('stand side by side where people decided apart, the one in force first', () => {
    const decided = { decisions, decision: 'c', decision_tips: ['c', 'c2'], contested_decisions: ['b'] }
    expect(inForce(decided)?.id).toBe('c')
    expect(sidesOf(decided).map(({ id }) => id)).toEqual(['c', 'b'])
    expect(earlier(decided).map(({ id }) => id)).toEqual(['a'])
    expect(seenOf(decided)).toEqual(['c', 'c2', 'b'])
  })

  it('are a history where nothing is contested, the latest first', () => {
    const decided = { decisions, decision: 'c2', decision_tips: ['c2'], contested_decisions: [] }
    expect(sidesOf(decided)).toEqual([])
    expect(earlier(decided).map(({ id }) => id)).toEqual(['c', 'b', 'a'])
  })

  it('fill in a form that says the same again', () => {
    const plan = planOf(decision('b', 'upgrade'))
    expect(decisionOf(plan)).toEqual({ verdict: 'upgrade', measures: '安装净化设施', deadline: '2026-12-31', responsible_unit: '灌口镇', responsible_person: '黄亚' })
    expect(decisionOf({ ...plan, verdict: 'clean' })).toMatchObject({ measures: '', deadline: null })
    expect(decisionOf(planOf(null))).toBeNull()
  })
})

describe('a case', () => {
  it('has a fine in whole yuan, however it is typed', () => {
    expect(['', '0', '20,000', '２００００', '20000 元'].map(yuanOf)).toEqual([0, 0, 20_000, 20_000, 20_000])
    expect(['-1', '2.5', '两万', '1e5', '99999999999'].map(yuanOf)).toEqual([null, null, null, null, null])
  })

  it('names what it lacks', () => {
    const form = { id: 'x', number: ' ', department: '', filedOn: '2026-11-23', fine: 'x' }
    expect(caseNeeds(form, '2026-11-22')).toEqual(['number', 'department', 'filedOn', 'fine'])
    expect(caseNeeds({ id: 'x', number: '闽环罚〔2026〕3号', department: '生态环境局', filedOn: '2026-11-22', fine: '' }, '2026-11-22')).toEqual([])
  })
})

describe('a form that was begun', () => {
  const fresh = { id: 'new', percent: 0, comment: '', verdict: null as string | null }

  it('comes back as far as it fits', () => {
    const text = JSON.stringify({ id: 'old', percent: '60', comment: '设备到货', verdict: 'clean', more: 1 })
    expect(fitted(fresh, text)).toEqual({ form: { id: 'old', percent: 0, comment: '设备到货', verdict: 'clean' }, kept: true })
  })

  it.each([null, '', '{', '[]', 'null'])('is new where there is nothing: %s', (text) => {
    expect(fitted(fresh, text)).toEqual({ form: fresh, kept: false })
  })
})
