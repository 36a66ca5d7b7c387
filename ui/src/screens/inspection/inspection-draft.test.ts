import { describe, expect, it } from 'vitest'
import { emptyPlace } from '@/format/place-input'
import type { AttachedPhoto } from '@/wire/AttachedPhoto'
import type { Decision } from '@/wire/Decision'
import type { Inspection } from '@/wire/Inspection'
import { checklistOf, deadlineOf, missing, newInspection, newProblem, parseInspection, requestOf, usualSource, withSeverity } from './inspection-draft'
import { foundNote, plainNote, sketchNote, withoutProblem, withSketches } from './photo-notes'

const TODAY = '2026-11-21'
const PHOTO = 'a'.repeat(64)
const SKETCH = 'b'.repeat(64)
const AFTER = 'c'.repeat(64)
const BEFORE = 'd'.repeat(64)
const KNOWN = '01890a5d-ac96-774b-bcce-b302099a8057'

function filled() {
  const draft = newInspection()
  const problem = { ...newProblem(TODAY), description: '废气直排' }
  return {
    ...draft,
    place: { ...emptyPlace(), latitude: '24.660101', longitude: '118.09' },
    source: 'daily_patrol' as const,
    problems: [problem],
    verdict: 'upgrade' as const,
    measures: '安装净化设施',
    deadline: '2026-12-31',
    remarks: '已告知',
    notes: { [PHOTO]: plainNote(problem.id), [SKETCH]: sketchNote(PHOTO, plainNote(problem.id)), [AFTER]: { ...plainNote(KNOWN), rectified: true, compareWith: BEFORE } },
    awaiting: { ...plainNote(KNOWN), rectified: true },
    marks: { [PHOTO]: [{ kind: 'arrow' as const, colour: 'red' as const, from: { x: 0.1, y: 0.2 }, to: { x: 0.5, y: 0.5 }, text: '' }] },
  }
}

describe('the draft of an inspection', () => {
  it('comes back from the disk exactly', () => {
    const draft = filled()
    expect(parseInspection(JSON.stringify(draft))).toEqual(draft)
  })

  it.each(['', 'null', '[]', '42', '"text"', '{', '{"version":99}', '{"problems":{"0":1},"shows":[1],"removed":"x","place":7,"notes":{"x":1},"awaiting":0,"marks":{"y":[1]}}'])(
    'makes a form of anything: %s',
    (body) => {
      const draft = parseInspection(body)
      expect(draft.inspection).toMatch(/^[0-9a-f-]{36}$/)
      expect(draft).toMatchObject({ problems: [], source: null, verdict: null, remarks: '', notes: {}, awaiting: null, marks: {} })
    },
  )

  it('keeps what fits beside what does not', () => {
    const body = { remarks: '留着', verdict: 'explode', source: 'recheck', problems: [null, { description: '油污', severity: 'huge' }], shows: { [PHOTO]: 'nobody' } }
    const draft = parseInspection(JSON.stringify(body))
    expect(draft).toMatchObject({ remarks: '留着', verdict: null, source: 'recheck', notes: { [PHOTO]: plainNote() } })
    expect(draft.problems.map(({ description, severity }) => [description, severity])).toEqual([['', 'ordinary'], ['油污', 'ordinary']])
  })

  it('opens forms of the first version, which only said which problem a photo shows', () => {
    const problem = { id: KNOWN, description: '油污', severity: 'ordinary', deadline: '' }
    const draft = parseInspection(JSON.stringify({ version: 1, problems: [problem], shows: { [PHOTO]: KNOWN, [BEFORE]: 'gone' } }))
    expect(draft.notes).toEqual({ [PHOTO]: plainNote(KNOWN), [BEFORE]: plainNote() })
  })

  it('keeps what is drawn within the picture, and nothing that is no mark', () => {
    const marks = { [PHOTO]: [{ kind: 'text', from: { x: -3, y: 0.5 }, to: { x: 9, y: 1 }, text: '废气' }, { kind: 'blot' }, 7], junk: [] }
    const [mark, ...others] = parseInspection(JSON.stringify({ marks })).marks[PHOTO] ?? []
    expect(mark).toEqual({ kind: 'text', colour: 'red', from: { x: 0, y: 0.5 }, to: { x: 1, y: 1 }, text: '废气' })
    expect(others).toEqual([])
  })

  it('keeps its id, so that finishing twice records once', () => {
    const draft = newInspection()
    expect(parseInspection(JSON.stringify(draft)).inspection).toBe(draft.inspection)
  })
})

describe('the photos of a form', () => {
  const photo: AttachedPhoto = { hash: PHOTO, bytes: 1, width: 1, height: 1, taken_at: null, position: null, direction_deg: null, camera: '', found_for: null }
  const after = { ...plainNote(KNOWN), rectified: true, compareWith: BEFORE }

  it('that are found again are for what the camera was opened for', () => {
    const found = { ...photo, found_for: KNOWN }
    expect(foundNote(found, after, new Set())).toEqual(after)
    expect(foundNote(found, null, new Set([KNOWN]))).toEqual(plainNote(KNOWN))
    expect(foundNote(found, null, new Set()), 'on record').toEqual({ ...plainNote(KNOWN), rectified: true })
    expect(foundNote(photo, after, new Set()), 'another one').toEqual(plainNote())
  })

  it('show the whole site when their problem is taken out, and go with what was drawn on them', () => {
    const { notes, problems } = filled()
    expect(withoutProblem(notes, problems[0]?.id ?? '')).toMatchObject({ [PHOTO]: plainNote(), [SKETCH]: sketchNote(PHOTO, plainNote()), [AFTER]: after })
    expect(withSketches(notes, PHOTO)).toEqual([PHOTO, SKETCH])
    expect(withSketches(notes, SKETCH)).toEqual([SKETCH])
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

describe('a second look', () => {
  it('at a site that was done says whether it is polluting again', () => {
    const draft = { ...newInspection(), source: 'recheck' as const }
    expect(missing(draft, '阿花', true)).toEqual([{ key: 'relapse', part: 'relapse' }])
    expect(missing({ ...draft, relapse: false }, '阿花', true)).toEqual([])
    expect(missing(draft, '阿花', false), 'it was never done').toEqual([])
    expect(requestOf({ ...draft, relapse: true }, 'd', 's', [], true)?.relapse).toBe(true)
    expect(requestOf({ ...draft, relapse: true }, 'd', 's', [], false)?.relapse).toBe(false)
    expect(requestOf({ ...draft, source: 'daily_patrol', relapse: true }, 'd', 's', [], true)?.relapse, 'said before another source was chosen').toBe(false)
  })
})

describe('a checklist', () => {
  const lines = checklistOf(['有无废气处理设施', '设施是否运行'], [{ item: '设施是否运行', answer: 'fail' }, { item: '旧的一项', answer: 'pass' }])

  it('is the one of the campaign, with the answers that were given to its lines', () => {
    expect(lines).toEqual([{ item: '有无废气处理设施', answer: null }, { item: '设施是否运行', answer: 'fail' }])
  })

  it('names the first line that was not answered, and goes with the visit', () => {
    const draft = { ...newInspection(), source: 'daily_patrol' as const, task: KNOWN, checklist: lines }
    expect(missing(draft, '阿花')).toEqual([{ key: 'checklist', part: 'check-0', n: 1 }])
    expect(requestOf(draft, 'd', 's', [])).toMatchObject({ task: KNOWN, checklist: [{ item: '设施是否运行', answer: 'fail' }] })
  })

  it('remembers which problem came from which line', () => {
    const draft = { ...newInspection(), problems: [newProblem(TODAY, '设施是否运行')], checklist: lines, task: KNOWN, relapse: true }
    expect(draft.problems[0]?.description).toBe('设施是否运行')
    expect(parseInspection(JSON.stringify(draft))).toEqual(draft)
  })
})

describe('the usual source', () => {
  const visit: Inspection = { id: 'i', source: 'petition', verdict: null, task: null, checklist: [], relapse: false, position: null, clock: null, remarks: '', at: '2026-11-20T08:00:00Z', by: '阿花' }
  const decision: Decision = { id: 'd', inspection: null, after: null, verdict: 'clean', measures: '', deadline: null, responsible_unit: '', responsible_person: '', at: '', by: '' }

  const open = { done: false, recheck_on: null }

  it('is a survey until a site was inspected or judged, then a patrol', () => {
    expect(usualSource({ inspections: [], decisions: [], summary: open }, TODAY)).toBe('survey')
    expect(usualSource({ inspections: [visit], decisions: [], summary: open }, TODAY)).toBe('daily_patrol')
    expect(usualSource({ inspections: [], decisions: [decision], summary: open }, TODAY)).toBe('daily_patrol')
  })

  it('is a recheck where one is due, and what a task came from', () => {
    const site = { inspections: [visit], decisions: [decision] }
    expect(usualSource({ ...site, summary: { done: true, recheck_on: TODAY } }, TODAY)).toBe('recheck')
    expect(usualSource({ ...site, summary: { done: true, recheck_on: '2026-11-22' } }, TODAY)).toBe('daily_patrol')
    expect(usualSource({ ...site, summary: { done: true, recheck_on: TODAY } }, TODAY, 'petition')).toBe('petition')
    expect(usualSource({ ...site, summary: { done: true, recheck_on: null } }, TODAY, 'campaign')).toBe('recheck')
    expect(usualSource({ ...site, summary: open }, TODAY, 'campaign')).toBe('daily_patrol')
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
    const request = requestOf(draft, 'draft', 'site', [PHOTO, SKETCH, AFTER, BEFORE])
    expect(request).toMatchObject({
      id: draft.inspection,
      site: 'site',
      draft: 'draft',
      position: { provider: 'typed' },
      decision: { verdict: 'upgrade', deadline: '2026-12-31' },
      problems: [{ id: draft.problems[0]?.id, description: '废气直排', deadline: draft.problems[0]?.deadline }],
      photos: [
        { problem: draft.problems[0]?.id, rectified: false, sketch_of: null, compare_with: null },
        { problem: draft.problems[0]?.id, rectified: false, sketch_of: PHOTO, compare_with: null },
        { problem: KNOWN, rectified: true, sketch_of: null, compare_with: BEFORE },
        { problem: null, rectified: false, sketch_of: null, compare_with: null },
      ],
    })
  })

  it('has no plan for a clean site and no verdict where none was given', () => {
    expect(requestOf({ ...filled(), verdict: 'clean' }, 'd', 's', [])?.decision).toEqual({ verdict: 'clean', measures: '', deadline: null, responsible_unit: '', responsible_person: '' })
    expect(requestOf({ ...filled(), verdict: null }, 'd', 's', [])?.decision).toBeNull()
    expect(requestOf({ ...filled(), source: null }, 'd', 's', [])).toBeNull()
  })
})
