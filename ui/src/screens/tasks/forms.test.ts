import { describe, expect, it } from 'vitest'
import * as campaign from './campaign-form'
import * as reply from './reply-form'
import * as task from './task-form'

const TODAY = '2026-11-22'

describe('a petition that is entered', () => {
  const draft = { ...task.parseTask(null, TODAY), grid: '350211102207', title: ' 夜间喷漆气味 ' }

  it('needs a unit, what it is about and days that can be', () => {
    expect(task.missing(task.parseTask(null, TODAY), '王组长')).toEqual(['grid', 'title'])
    expect(task.missing(draft, '王组长')).toEqual([])
    expect(task.missing({ ...draft, deadline: '2026-11-31' }, '王组长')).toEqual(['deadline'])
    expect(task.missing({ ...draft, deadline: '2026-11-21' }, '')).toEqual(['person', 'order'])
  })

  it('keeps its id when it is found again', () => {
    expect(task.parseTask(JSON.parse(JSON.stringify(draft)), '2026-12-01')).toEqual(draft)
  })

  it('is sent without spaces around it, and without a deadline that nobody gave', () => {
    expect(task.requestOf(draft, 'petition')).toMatchObject({ kind: 'petition', title: '夜间喷漆气味', from: TODAY, deadline: null, site: null })
  })

  it('drops what is not one', () => {
    expect(task.parseTask({ grid: 'x', site: { id: 'no' }, title: 7 }, TODAY)).toMatchObject({ grid: '', site: null, title: '', from: TODAY })
  })
})

describe('a campaign', () => {
  const draft = { ...campaign.parseCampaign(null, TODAY), name: '喷涂企业回头看', grid: '350211', deadline: '2026-12-31', industry: ' 喷涂 ', flags: ['relapsed' as const] }

  it('needs sites and a period', () => {
    expect(campaign.missing(draft, 273, '王组长')).toEqual([])
    expect(campaign.missing(draft, null, '王组长')).toEqual([])
    expect(campaign.missing(draft, 0, '王组长')).toEqual(['sites'])
    expect(campaign.missing({ ...draft, name: ' ', grid: '', from: '', deadline: '2026-01-01' }, 0, '王组长')).toEqual(['name', 'grid', 'first'])
    expect(campaign.missing({ ...draft, deadline: '2026-11-01' }, 1, '王组长')).toEqual(['period'])
  })

  it('asks for nothing that was not chosen', () => {
    expect(campaign.campaignFilter(draft)).toMatchObject({ grid: '350211', industry: '喷涂', relapsed: true, overdue: null, done: null, standing: null })
  })

  it('leaves out empty lines', () => {
    expect(campaign.requestOf({ ...draft, checklist: ['收集设施', ' ', '台账 '] }).checklist).toEqual(['收集设施', '台账'])
  })

  it('moves its lines within the list', () => {
    expect(campaign.moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
    expect(campaign.moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
    expect(campaign.moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c'])
    expect(campaign.moved(['', 'b'], 0, 1)).toEqual(['b', ''])
  })
})

describe('a reply', () => {
  const draft = reply.parseReply(null)

  it('says something', () => {
    expect(reply.missing(draft, '王组长')).toEqual(['reply'])
    expect(reply.missing({ ...draft, ends: true }, '王组长')).toEqual([])
    expect(reply.missing({ ...draft, satisfied: 'no' }, '王组长')).toEqual([])
    expect(reply.missing({ ...draft, day: '2026-13-01' }, '王组长')).toEqual(['day'])
  })

  it('does not claim that anybody was satisfied', () => {
    expect(reply.requestOf({ ...draft, day: TODAY }, 't').satisfied).toBe(null)
    expect(reply.requestOf({ ...draft, satisfied: 'no' }, 't').satisfied).toBe(false)
    expect([true, false, null].map(reply.satisfactionOf)).toEqual(['yes', 'no', 'unknown'])
  })
})
