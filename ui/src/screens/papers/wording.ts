// The wording of the three official papers. They are Chinese documents whatever language the program speaks, so that
// their fixed words stand here and not among the words of the screens.
import { day } from '@/format/time'
import type { EnforcementStep } from '@/wire/EnforcementStep'
import type { PaperView } from '@/wire/PaperView'
import { chineseDate, chineseDay } from './chinese-date'
import type { Part, Section } from './fit'

export const TITLES: Record<EnforcementStep, string> = { persuade: '责令限期整改通知书', cut_off: '“两断三清”现场记录', joint_enforcement: '抄告单' }
const STEP_NAMES: Record<EnforcementStep, string> = { persuade: '劝导', cut_off: '两断三清', joint_enforcement: '联合执法' }
/** As in the numbers that the office gives. */
const SERIES: Record<EnforcementStep, string> = { persuade: '整改', cut_off: '断清', joint_enforcement: '抄告' }
const BEFORE: Record<EnforcementStep, EnforcementStep | null> = { persuade: null, cut_off: 'persuade', joint_enforcement: 'cut_off' }

export const ANNEXED = '详见附页'
/** As wide as one character. */
export const GAP = '\u3000'

/** The town, which issues the papers of its villages. */
export const townOf = ({ path }: Pick<PaperView, 'path'>): string => path[1] ?? path[0] ?? ''

/** 灌口镇人民政府, 杏林街道办事处; of anything else its name. */
export function officeOf(town: string): string {
  if (/[镇乡]$/u.test(town)) return `${town}人民政府`
  return town.endsWith('街道') ? `${town}办事处` : town
}

function weOf(town: string): string {
  if (town.endsWith('街道')) return '我街道'
  return /[镇乡]$/u.test(town) ? `我${town.slice(-1)}` : '我单位'
}

/** What stands in the place of the number while the office has given none. */
export function blankNumber({ paper }: PaperView['paper'], town: string): string {
  return `${town}${SERIES[paper.content.step]}〔${day(paper.at).slice(0, 4)}〕${GAP}${GAP}号`
}

/** Where the site is, as well as the record knows it. */
export const placeOf = ({ fields, path }: PaperView): string => (fields.address.trim() === '' ? path.join('') : fields.address.trim())

export interface Wording {
  office: string
  title: string
  /** Whom it speaks to, without the colon. */
  addressee: string
  /** Before the facts. */
  opening: string
  /** Before the requirements; empty where the paper has none of its own. */
  demand: string
  /** After all. */
  closing: string[]
  /** The long texts. */
  texts: Record<Part, string>
}

const called: Record<Part, string> = { facts: '事实', demand: '要求', reason: '提前采取的理由', departments: '抄告部门' }

function texts({ paper }: PaperView['paper']): Record<Part, string> {
  const { content } = paper
  return {
    facts: paper.facts,
    demand: content.step === 'persuade' ? content.requirements : content.step === 'joint_enforcement' ? content.request : '',
    reason: paper.reason,
    departments: content.step === 'joint_enforcement' ? content.departments.join('、') : '',
  }
}

/** What a reason is for: the step that was not taken before. */
export function reasonLead(step: EnforcementStep): string {
  const before = BEFORE[step]
  return before === null ? '' : `未先行采取“${STEP_NAMES[before]}”的理由：`
}

/** The requirements may give single problems longer or shorter than the paper as a whole. */
function ownDays(requirements: string, deadline: string): string {
  const days = requirements.match(/\d{4}年\d{1,2}月\d{1,2}日/gu) ?? []
  return days.some((one) => one !== chineseDay(deadline)) ? '（下列要求中另有期限的，从其期限）' : ''
}

function identity({ fields }: PaperView, more: string[] = []): string {
  const parts = [
    fields.credit_code === '' ? '' : `统一社会信用代码：${fields.credit_code}`,
    fields.operator === '' ? '' : `负责人：${fields.operator}`,
    ...more,
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : `（${parts.join('，')}）`
}

export function wordingOf(view: PaperView): Wording {
  const { content } = view.paper.paper
  const town = townOf(view)
  const [we, name] = [weOf(town), view.fields.name]
  const base = { office: officeOf(town), title: TITLES[content.step], texts: texts(view.paper) }
  if (content.step === 'persuade') {
    return {
      ...base,
      addressee: `${name}${identity(view)}`,
      opening: `${we}对你单位（场所）进行了检查，现已查明：`,
      demand: `根据“散乱污”企业整治工作要求，责令你单位（场所）于${chineseDay(content.deadline)}前完成整改${ownDays(content.requirements, content.deadline)}。具体要求如下：`,
      closing: ['逾期不整改或者整改不到位的，将依法采取“两断三清”措施，并抄告有关部门联合执法。'],
    }
  }
  if (content.step === 'cut_off') return { ...base, addressee: '', opening: '', demand: '', closing: [] }
  const reply = content.reply_by === null ? [] : [`请于${chineseDay(content.reply_by)}前将办理情况书面反馈${we}。`]
  return {
    ...base,
    addressee: base.texts.departments,
    opening: `${we}在“散乱污”企业整治中，查明${name}${identity(view, [`地址：${placeOf(view)}`])}存在以下情况：`,
    demand: '现抄告如下：',
    closing: reply,
  }
}

/** The texts that stand in the annex, each under its name. */
export function annexOf(wording: Wording, annexed: readonly Part[], step: EnforcementStep): Section[] {
  const title = (part: Part): string => (part === 'demand' && step === 'joint_enforcement' ? '请求事项' : called[part])
  return annexed.map((part) => ({ title: title(part), text: wording.texts[part].trim() }))
}

/** What the paper is called as a file. */
export function fileTitle(view: PaperView): string {
  const { paper, number_text } = view.paper
  return [TITLES[paper.content.step], view.fields.name, number_text, chineseDate(paper.at)].join(' ')
}
