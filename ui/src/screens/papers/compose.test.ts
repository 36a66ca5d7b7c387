import { describe, expect, it } from 'vitest'
import { deadlineFor, factsOf, onlyPast, type PaperRecord, requirementsOf } from './compose'
import { cutting, ID, numbered, persuasion, problem } from './paper-fixtures'

const spray = problem(1, '露天喷漆，无治理设施。', 'ordinary', '2026-03-08')
const waste = problem(2, '危废随意堆放', 'major', '2026-03-20')
const later = problem(3, '消防通道堵塞', 'immediate', null, '2026-03-02T02:00:00Z')
const bare: PaperRecord = { problems: [], papers: [], decisions: [], decision: null }
const plan = {
  ...bare,
  decision: ID(50),
  decisions: [
    { id: ID(49), verdict: 'upgrade', measures: '旧方案', deadline: '2026-03-02', responsible_unit: '', responsible_person: '', inspection: null, after: null, at: '2026-02-01T00:00:00Z', by: '' },
    { id: ID(50), verdict: 'shut_down', measures: '拆除设备；', deadline: '2026-03-05', responsible_unit: '', responsible_person: '', inspection: null, after: null, at: '2026-02-02T00:00:00Z', by: '' },
  ],
} as PaperRecord

describe('the facts', () => {
  it('say of what came with a ledger neither a day nor that somebody saw it', () => {
    const listed = { ...spray, problem: { ...spray.problem, inspection: null } }
    expect(factsOf('persuade', bare, [listed])).toBe('台账登记：露天喷漆，无治理设施。')
    expect(factsOf('persuade', bare, [listed, waste])).toBe('存在以下问题：\n1．露天喷漆，无治理设施（台账登记）；\n2．危废随意堆放（2026年3月1日现场检查发现）。')
  })
  it('tell one problem in one sentence', () => {
    expect(factsOf('persuade', bare, [spray])).toBe('2026年3月1日现场检查发现：露天喷漆，无治理设施。')
  })

  it('count several, with the day once where it is the same', () => {
    expect(factsOf('persuade', bare, [spray, waste])).toBe('2026年3月1日现场检查发现以下问题：\n1．露天喷漆，无治理设施；\n2．危废随意堆放。')
  })

  it('tell the day of each where they differ', () => {
    expect(factsOf('persuade', bare, [spray, later])).toBe(
      '现场检查发现以下问题：\n1．露天喷漆，无治理设施（2026年3月1日发现）；\n2．消防通道堵塞（2026年3月2日发现）。',
    )
  })

  it('tell the steps before, but none that is void or comes later', () => {
    const notice = numbered(1, persuasion, '2026-03-01T02:00:00Z', 3)
    const void_ = numbered(2, persuasion, '2026-03-02T02:00:00Z', 4, true)
    const record = numbered(3, cutting, '2026-03-10T02:00:00Z', null)
    const papers = [notice, void_, record]
    expect(factsOf('persuade', { ...bare, papers }, [spray])).not.toContain('整改通知书')
    expect(factsOf('cut_off', { ...bare, papers }, [spray])).toBe(
      '2026年3月1日现场检查发现：露天喷漆，无治理设施。\n2026年3月1日发出责令限期整改通知书（灌口镇整改〔2026〕3号），整改期限为2026年3月8日。\n上述问题至今未销号。',
    )
    expect(factsOf('joint_enforcement', { ...bare, papers }, [spray])).toContain('2026年3月10日采取“两断三清”措施（临000003）：断水、清设备。')
  })

  it('say nothing where nothing was found', () => {
    expect(factsOf('persuade', bare, [])).toBe('')
  })
})

describe('the requirements', () => {
  it('follow severity and deadline', () => {
    expect(requirementsOf(bare, [spray], '2026-03-01')).toBe('上述问题于2026年3月8日前整改完毕。')
    expect(requirementsOf(bare, [spray, waste, later], '2026-03-01')).toBe(
      '1．第1项问题于2026年3月8日前整改完毕。\n2．第2项问题属重大问题，立即停止相关行为，于2026年3月20日前整改完毕。\n3．第3项问题立行立改。',
    )
  })

  it('name no day that has passed', () => {
    expect(requirementsOf(bare, [spray, waste], '2026-03-09')).toBe('1．第1项问题于整改期限前整改完毕。\n2．第2项问题属重大问题，立即停止相关行为，于2026年3月20日前整改完毕。')
  })

  it('name the measures of the plan in force', () => {
    expect(requirementsOf(plan, [spray], '2026-03-01')).toBe('1．上述问题于2026年3月8日前整改完毕。\n2．落实整治措施：拆除设备。')
  })
})

describe('the deadline', () => {
  it('is the earliest of problems and plan', () => {
    expect(deadlineFor(bare, [waste, spray, later], '2026-03-01')).toBe('2026-03-08')
    expect(deadlineFor(plan, [waste, spray], '2026-03-01')).toBe('2026-03-05')
  })

  it('is none that has passed', () => {
    expect(deadlineFor(plan, [waste, spray], '2026-03-09')).toBe('2026-03-20')
    expect(deadlineFor(plan, [spray], '2026-03-21')).toBe('')
    expect(onlyPast(plan, [spray], '2026-03-21')).toBe(true)
    expect(onlyPast(bare, [later], '2026-03-21')).toBe(false)
  })
})
