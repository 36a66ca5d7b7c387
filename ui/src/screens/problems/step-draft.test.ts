import { describe, expect, it } from 'vitest'
import { plainNote } from '@/screens/inspection/photo-notes'
import type { NextStep } from '@/wire/NextStep'
import { isStepOf } from './begun'
import { offersOf, stepWord } from './offers'
import { needsOf, newStep, parseStep, type StepDraft, stepOf } from './step-draft'

const PROBLEM = '01890a5d-ac96-774b-bcce-b302099a8057'
const BEFORE = 'a'.repeat(64)
const AFTER = 'b'.repeat(64)

const step = (stage: NextStep['stage'], missing: NextStep['missing'] = [], settles = false): NextStep => ({ stage, permission: 'supervise', missing, settles })
function closing(): StepDraft {
  return {
    ...newStep(PROBLEM, 'closed_out'),
    comment: ' 整改到位 ',
    notes: { [BEFORE]: plainNote(PROBLEM), [AFTER]: { ...plainNote(PROBLEM), rectified: true, compareWith: BEFORE } },
  }
}
const keys = (draft: StepDraft, steps: NextStep[], photos: string[] = [], person = '林组长') => needsOf(draft, { steps }, photos, person).map(({ key }) => key)

describe('the draft of a step', () => {
  it('comes back from the disk exactly, with photos of both kinds', () => {
    const draft = { ...closing(), awaiting: plainNote(PROBLEM), removed: [BEFORE] }
    expect(parseStep(JSON.stringify(draft))).toEqual(draft)
  })

  it.each(['', 'null', '{', '[]', '{"problem":"x","stage":"confirmed"}', `{"problem":"${PROBLEM}","stage":"burnt"}`])('is none where it does not tell its problem and stage: %s', (body) => {
    expect(parseStep(body)).toBeNull()
  })

  it('keeps what fits beside what does not', () => {
    const draft = parseStep(JSON.stringify({ problem: PROBLEM, stage: 'sent_back', comment: '看不清', deadline: 7, notes: { x: 1 }, place: [], change: 'x' }))
    expect(draft).toMatchObject({ comment: '看不清', deadline: '', notes: {}, stage: 'sent_back' })
    expect(draft?.change).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is found again by its problem and stage, and never taken for another form', () => {
    const body = JSON.stringify(closing())
    expect(isStepOf({ kind: 'step', body }, PROBLEM, 'closed_out')).toBe(true)
    expect(isStepOf({ kind: 'step', body }, PROBLEM, 'sent_back')).toBe(false)
    expect(isStepOf({ kind: 'inspection', body }, PROBLEM, 'closed_out')).toBe(false)
  })
})

describe('what a step lacks', () => {
  it('can be given with the step itself', () => {
    const steps = [step('closed_out', ['photo_before', 'photo_after'])]
    expect(keys(closing(), steps)).toEqual(['photo_before', 'photo_after'])
    expect(keys(closing(), steps, [BEFORE])).toEqual(['photo_after'])
    expect(keys(closing(), steps, [BEFORE, AFTER])).toEqual([])
  })

  it('is a reason for sending back, and a day for a major problem', () => {
    expect(keys({ ...newStep(PROBLEM, 'sent_back'), comment: ' ' }, [step('sent_back', ['comment'])])).toEqual(['comment'])
    const registering = newStep(PROBLEM, 'registered')
    expect(keys(registering, [step('registered', ['deadline'])])).toEqual(['deadline'])
    expect(keys({ ...registering, deadline: '2026-02-30' }, [step('registered', ['deadline'])])).toEqual(['date'])
    expect(keys({ ...registering, deadline: '2026-12-30' }, [step('registered', ['deadline'])], [], ' ')).toEqual(['person'])
  })

  it('is everything where the step cannot be taken any more', () => {
    expect(keys(closing(), [step('sent_back', ['comment'])])).toEqual(['gone'])
  })
})

describe('the step', () => {
  it('names what the person saw, with the comment, the photos and the form', () => {
    const draft = closing()
    expect(stepOf(draft, 'draft', 'site', { tips: ['t'], contested: ['c'] }, [BEFORE, AFTER])).toMatchObject({
      id: draft.change,
      site: 'site',
      problem: PROBLEM,
      stage: 'closed_out',
      seen: ['t', 'c'],
      comment: '整改到位',
      deadline: null,
      position: null,
      draft: 'draft',
      photos: [
        { hash: BEFORE, problem: PROBLEM, rectified: false, compare_with: null },
        { hash: AFTER, problem: PROBLEM, rectified: true, compare_with: BEFORE },
      ],
    })
  })

  it('carries a deadline only where it registers', () => {
    const dated = { ...newStep(PROBLEM, 'registered'), deadline: '2026-12-30' }
    const seen = { tips: [], contested: [] }
    expect(stepOf(dated, 'd', 's', seen, []).deadline).toBe('2026-12-30')
    expect(stepOf({ ...dated, stage: 'confirmed' }, 'd', 's', seen, []).deadline).toBeNull()
  })
})

describe('the steps that are offered', () => {
  it('begin with the obvious one, and never with sending back', () => {
    const offers = offersOf({ steps: [step('supervised'), step('rectifying'), step('sent_back', ['comment'])] })
    expect(offers.first?.stage).toBe('supervised')
    expect(offers.others.map(({ stage }) => stage)).toEqual(['rectifying', 'sent_back'])
    expect(offersOf({ steps: [step('sent_back')] })).toMatchObject({ first: null, others: [{ stage: 'sent_back' }] })
    expect(offersOf({ steps: [] })).toEqual({ first: null, others: [], settle: [] })
  })

  it('are a choice where people moved it apart', () => {
    const offers = offersOf({ steps: [step('closed_out', [], true), step('rectifying'), step('sent_back', ['comment'], true)] })
    expect(offers.first).toBeNull()
    expect(offers.settle.map(({ stage }) => stage)).toEqual(['closed_out', 'sent_back'])
    expect(offers.others.map(({ stage }) => stage)).toEqual(['rectifying'])
  })

  it('are called otherwise where they are taken once more', () => {
    expect([stepWord('rectifying', 'registered'), stepWord('rectifying', 'rectifying'), stepWord('closed_out', 'supervised')]).toEqual([
      'problems.step.rectifying',
      'problems.again.rectifying',
      'problems.step.closed_out',
    ])
  })
})
