import { describe, expect, it } from 'vitest'
import type { Decision } from '@/wire/Decision'
import type { Inspection } from '@/wire/Inspection'
import { deadlineOf, missing, newInspection, newProblem, parseInspection, requestOf, usualSource, withSeverity } from './inspection-draft'

const TODAY = '2026-11-21'
const PHOTO = 'a'.repeat(64)

function filled() {
  const draft = newInspection()
  const problem = { ...newProblem(TODAY), description: '废气直排' }
  return {
    ...draft,
    place: { latitude: '24.660101', longitude: '118.09', fix: null },
    source: 'daily_patrol' as const,
    problems: [problem],
    verdict: 'upgrade' as const,
    measures: '安装净化设施',
    deadline: '2026-12-31',
    remarks: '已告知',
    shows: { [PHOTO]: problem.id },
  }
}

describe('the draft of an inspection', () => {
  it('comes back from the disk exactly', () => {
    const draft = filled()
    expect(parseInspection(JSON.stringify(draft))).toEqual(draft)
  })

  it.each(['', 'null', '[]', '42', '"text"', '{', '{"version":99}', '{"problems":{"0":1},"shows":[1],"removed":"x","place":7}'])(
    'makes a form of anything: %s',
    (body) => {
      const draft = parseInspection(body)
      expect(draft.inspection).toMatch(/^[0-9a-f-]{36}$/)
      expect(draft).toMatchObject({ problems: [], source: null, verdict: null, remarks: '', shows: {} })
    },
  )

  it('keeps what fits beside what does not', () => {
    const body = { remarks: '留着', verdict: 'explode', source: 'recheck', problems: [null, { description: '油污', severity: 'huge' }], shows: { [PHOTO]: 'nobody' } }
    const draft = parseInspection(JSON.stringify(body))
    expect(draft).toMatchObject({ remarks: '留着', verdict: null, source: 'recheck', shows: {} })
    expect(draft.problems.map(({ description, severity }) => [description, severity])).toEqual([['', 'ordinary'], ['油污', 'ordinary']])
  })

  it('keeps its id, so that finishing twice records once', () => {
    const draft = newInspection()
    expect(parseInspection(JSON.stringify(draft)).inspection).toBe(draft.inspection)
  })
})

describe('what is missing', () => {
  it('is a source, a description, and the deadline of a major problem', () => {
    const draft = { ...newInspection(), problems: [withSeverity(newProblem(TODAY), 'major', TODAY)] }
    expect(missing(draft, '阿花').map(({ key }) => key)).toEqual(['source', 'problem_description', 'problem_deadline'])
    expect(missing(draft, ' ').map(({ key }) => key)).toContain('person')
    expect(missing(filled(), '阿花')).toEqual([])
  })

  it('is a day where something else was typed', () => {
    expect(missing({ ...filled(), deadline: '2026-02-30' }, '阿花').map(({ key }) => key)).toEqual(['date'])
  })
})

describe('the usual source', () => {
  const visit: Inspection = { id: 'i', source: 'petition', verdict: null, position: null, remarks: '', at: '2026-11-20T08:00:00Z', by: '阿花' }
  const decision: Decision = { id: 'd', inspection: null, verdict: 'clean', measures: '', deadline: null, responsible_unit: '', responsible_person: '', at: '', by: '' }

  it('is a survey until a site was inspected or judged, then a patrol', () => {
    expect(usualSource({ inspections: [], decisions: [] })).toBe('survey')
    expect(usualSource({ inspections: [visit], decisions: [] })).toBe('daily_patrol')
    expect(usualSource({ inspections: [], decisions: [decision] })).toBe('daily_patrol')
  })
})

describe('deadlines', () => {
  it('follow the severity until somebody types one', () => {
    expect([deadlineOf('immediate', TODAY), deadlineOf('ordinary', TODAY), deadlineOf('major', TODAY)]).toEqual([TODAY, '2026-11-28', ''])
    const problem = newProblem(TODAY)
    expect(withSeverity(problem, 'immediate', TODAY).deadline).toBe(TODAY)
    expect(withSeverity({ ...problem, deadline: '2027-01-01' }, 'immediate', TODAY).deadline).toBe(TODAY)
    expect(withSeverity({ ...problem, deadline: '2027-01-01' }, 'major', TODAY).deadline).toBe('2027-01-01')
  })
})

describe('the request', () => {
  it('carries the verdict, the problems and what the photos show', () => {
    const draft = filled()
    const request = requestOf(draft, 'draft', 'site', [PHOTO, 'b'.repeat(64)])
    expect(request).toMatchObject({
      id: draft.inspection,
      site: 'site',
      draft: 'draft',
      position: { provider: 'typed' },
      decision: { verdict: 'upgrade', deadline: '2026-12-31' },
      problems: [{ id: draft.problems[0]?.id, description: '废气直排', deadline: draft.problems[0]?.deadline }],
      photos: [{ problem: draft.problems[0]?.id }, { problem: null }],
    })
  })

  it('has no plan for a clean site and no verdict where none was given', () => {
    expect(requestOf({ ...filled(), verdict: 'clean' }, 'd', 's', [])?.decision).toEqual({ verdict: 'clean', measures: '', deadline: null, responsible_unit: '', responsible_person: '' })
    expect(requestOf({ ...filled(), verdict: null }, 'd', 's', [])?.decision).toBeNull()
    expect(requestOf({ ...filled(), source: null }, 'd', 's', [])).toBeNull()
  })
})
