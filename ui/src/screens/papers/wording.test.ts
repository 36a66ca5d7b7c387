import { describe, expect, it } from 'vitest'
import type { PaperView } from '@/wire/PaperView'
import { numbered, persuasion, transfer } from './paper-fixtures'
import { annexOf, blankNumber, fileTitle, officeOf, townOf, wordingOf } from './wording'

function view(town: string, content = persuasion): PaperView {
  const fields = { name: '东辉喷涂店', credit_code: '', operator: '张三', address: '' } as PaperView['fields']
  return { paper: numbered(1, content, '2026-02-28T16:30:00Z', null), site: 's', fields, path: ['集美区', town, '东辉村'], problems: [] }
}

describe('the issuing unit', () => {
  it('is what the town is governed by', () => {
    expect(officeOf(townOf(view('灌口镇')))).toBe('灌口镇人民政府')
    expect(officeOf('杏林街道')).toBe('杏林街道办事处')
    expect(officeOf('第二农场')).toBe('第二农场')
    expect(townOf({ path: ['灌口镇'] })).toBe('灌口镇')
    expect(townOf({ path: [] })).toBe('')
  })
})

describe('a paper without a number', () => {
  it('has a blank in its place, in the year of China', () => {
    expect(blankNumber(view('灌口镇').paper, '灌口镇')).toBe('灌口镇整改〔2026〕　　号')
    expect(blankNumber(view('灌口镇', transfer).paper, '灌口镇')).toBe('灌口镇抄告〔2026〕　　号')
  })

  it('is called by what is provisional', () => {
    expect(fileTitle(view('灌口镇'))).toBe('责令限期整改通知书 东辉喷涂店 临000001 2026年3月1日')
  })
})

describe('the wording', () => {
  it('of a notice speaks to the site and names the deadline', () => {
    const wording = wordingOf(view('灌口镇'))
    expect(wording.addressee).toBe('东辉喷涂店（负责人：张三）')
    expect(wording.opening).toContain('我镇对你单位')
    expect(wording.demand).toContain('2026年3月8日前完成整改')
    expect(wording.texts.demand).toBe('停止喷漆')
  })

  it('of a notice says which deadline holds where the requirements name another', () => {
    const content = { ...persuasion, requirements: '1．第1项问题于2026年3月8日前整改完毕。\n2．第2项问题于2026年3月20日前整改完毕。' } as typeof persuasion
    expect(wordingOf(view('灌口镇', content)).demand).toContain('另有期限的，从其期限')
    const same = { ...persuasion, requirements: '上述问题于2026年3月8日前整改完毕。' } as typeof persuasion
    expect(wordingOf(view('灌口镇', same)).demand).not.toContain('另有期限')
  })

  it('of a transfer notice speaks to the departments of the site', () => {
    const wording = wordingOf(view('杏林街道', { ...transfer, departments: ['公安', '供电'], reply_by: '2026-03-15' } as typeof transfer))
    expect(wording.addressee).toBe('公安、供电')
    expect(wording.opening).toContain('我街道')
    expect(wording.opening).toContain('地址：集美区杏林街道东辉村')
    expect(wording.closing).toEqual(['请于2026年3月15日前将办理情况书面反馈我街道。'])
    expect(annexOf(wording, ['departments', 'demand'], 'joint_enforcement')).toEqual([
      { title: '抄告部门', text: '公安、供电' },
      { title: '请求事项', text: '请依法查处' },
    ])
  })
})
