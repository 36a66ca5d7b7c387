// What the record says, in the words of official papers. They are Chinese whatever language the program speaks.
import { addDays } from '@/format/time'
import type { DossierView } from '@/wire/DossierView'
import type { EnforcementStep } from '@/wire/EnforcementStep'
import type { Measure } from '@/wire/Measure'
import type { NumberedPaper } from '@/wire/NumberedPaper'
import type { ProblemView } from '@/wire/ProblemView'
import { chineseDate, chineseDay } from './chinese-date'
import { standing } from './enforcement'

/** What a paper is composed from. */
export type PaperRecord = Pick<DossierView, 'problems' | 'papers' | 'decisions' | 'decision'>

export const MEASURE_NAMES: Record<Measure, string> = { water: '断水', power: '断电', raw_materials: '清原料', equipment: '清设备', premises: '清场地' }

/** A sentence of somebody else's, ready to be followed by something. */
const bare = (text: string): string => text.trim().replace(/[。．.；;，,、\s]+$/u, '')

function numberedLines(lines: string[]): string {
  return lines.map((line, at) => (lines.length === 1 ? line : `${at + 1}．${line}`)).join('\n')
}

/** Only what somebody saw on a visit is told as seen there, with its day: of what came with a ledger neither is known. */
const isListed = ({ problem }: ProblemView): boolean => problem.inspection === null
const sourceOf = (view: ProblemView): string => (isListed(view) ? '台账登记' : `${chineseDate(view.problem.at)}现场检查发现`)

/** What was found, each once and in the order in which the requirements count. */
function foundText(problems: readonly ProblemView[]): string {
  const [first] = problems
  if (!first) return ''
  const [only] = new Set(problems.map(sourceOf)).size === 1 ? [sourceOf(first)] : []
  const lead = only ?? (problems.some(isListed) ? '' : '现场检查发现')
  const line = (view: ProblemView): string => {
    const day = lead === '现场检查发现' ? `${chineseDate(view.problem.at)}发现` : sourceOf(view)
    return `${bare(view.problem.description)}${only ? '' : `（${day}）`}`
  }
  if (problems.length === 1) return `${lead}：${line(first)}。`
  const told = problems.map((view, at) => `${at + 1}．${line(view)}${at === problems.length - 1 ? '。' : '；'}`)
  return [`${lead === '' ? '存在' : lead}以下问题：`, ...told].join('\n')
}

function noticeText({ paper, number_text }: NumberedPaper): string {
  const deadline = paper.content.step === 'persuade' ? `，整改期限为${chineseDay(paper.content.deadline)}` : ''
  return `${chineseDate(paper.at)}发出责令限期整改通知书（${number_text}）${deadline}。`
}

function cutOffText({ paper, number_text }: NumberedPaper): string {
  const taken = paper.content.step === 'cut_off' ? paper.content.measures.map(({ measure }) => MEASURE_NAMES[measure]).join('、') : ''
  return `${chineseDate(paper.at)}采取“两断三清”措施（${number_text}）：${taken}。`
}

/** What was found, and what was done about it before this step. */
export function factsOf(step: EnforcementStep, { papers }: PaperRecord, chosen: readonly ProblemView[]): string {
  const parts = [foundText(chosen)]
  const [notice] = step === 'persuade' ? [] : standing(papers, 'persuade')
  const [cut] = step === 'joint_enforcement' ? standing(papers, 'cut_off') : []
  if (notice) parts.push(noticeText(notice))
  if (cut) parts.push(cutOffText(cut))
  // Only what is on record: that it is not closed out, not that nothing was done.
  if ((notice ?? cut) && chosen.length > 0) parts.push('上述问题至今未销号。')
  return parts.filter((part) => part !== '').join('\n')
}

/** A day that has passed cannot be demanded: then the deadline that the paper itself gives counts. */
function demand({ problem, deadline }: ProblemView, at: number, all: number, today: string): string {
  const what = all === 1 ? '上述问题' : `第${at + 1}项问题`
  const by = deadline === null ? '' : deadline < today ? '于整改期限前' : `于${chineseDay(deadline)}前`
  if (problem.severity === 'immediate') return `${what}立行立改${by === '' ? '' : `，${by}完成`}。`
  if (problem.severity === 'major') return `${what}属重大问题，立即停止相关行为，${by}整改完毕。`
  return `${what}${by}整改完毕。`
}

const decisionOf = ({ decisions, decision }: PaperRecord) => decisions.find(({ id }) => id === decision) ?? null

/** What must be done: from severity and deadline of each problem, and the plan. */
export function requirementsOf(record: PaperRecord, chosen: readonly ProblemView[], today: string): string {
  const lines = chosen.map((view, at) => demand(view, at, chosen.length, today))
  const measures = bare(decisionOf(record)?.measures ?? '')
  if (measures !== '') lines.push(`落实整治措施：${measures}。`)
  return numberedLines(lines)
}

/** The earliest deadline that can still be kept, of the problems or of the plan; none where all have passed. */
export function deadlineFor(record: PaperRecord, chosen: readonly ProblemView[], today: string): string {
  const days = [...chosen.map(({ deadline }) => deadline), decisionOf(record)?.deadline ?? null]
  const [earliest] = days.filter((one): one is string => one !== null && one >= today).sort()
  return earliest ?? ''
}

/** The deadlines that the record names have all passed. */
export function onlyPast(record: PaperRecord, chosen: readonly ProblemView[], today: string): boolean {
  const days = [...chosen.map(({ deadline }) => deadline), decisionOf(record)?.deadline ?? null].filter((one) => one !== null)
  return days.length > 0 && deadlineFor(record, chosen, today) === ''
}

/** Where nothing on record tells one: as for an ordinary problem. */
export const usualDeadline = (today: string): string => addDays(today, 7)

export const DEPARTMENTS = ['生态环境局', '自然资源局', '市场监督管理局', '应急管理局', '公安', '供电', '供水'] as const

export const USUAL_REQUEST = '请各有关部门按照职责分工，依法对该单位开展联合执法，并将办理情况书面反馈。'
