// Records that the tests of this folder share.
import type { NumberedPaper } from '@/wire/NumberedPaper'
import type { PaperContent } from '@/wire/PaperContent'
import type { ProblemView } from '@/wire/ProblemView'
import type { Severity } from '@/wire/Severity'

export const ID = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`

export function problem(n: number, description: string, severity: Severity, deadline: string | null, at = '2026-03-01T02:00:00Z'): ProblemView {
  return {
    problem: { id: ID(n), inspection: ID(900), description, severity, deadline, at, by: '林秋' },
    stage: 'confirmed',
    sent_back_from: null,
    since: at,
    deadline,
    days_overdue: null,
    tips: [],
    contested: [],
    void: [],
    steps: [],
  }
}

export const persuasion: PaperContent = { step: 'persuade', requirements: '停止喷漆', deadline: '2026-03-08', receipt: { kind: 'refused', witness: '王五' } }
export const cutting: PaperContent = {
  step: 'cut_off',
  measures: [
    { measure: 'water', at: '2026-03-10T01:00:00Z', photo: null },
    { measure: 'equipment', at: '2026-03-10T02:00:00Z', photo: null },
  ],
  receipt: { kind: 'refused', witness: '王五' },
}
export const transfer: PaperContent = { step: 'joint_enforcement', departments: ['市场监督管理局'], request: '请依法查处', reply_by: null }

export function numbered(n: number, content: PaperContent, at: string, number: number | null, isVoid = false): NumberedPaper {
  const id = ID(100 + n)
  return {
    paper: { id, addressee: { name: '某厂', credit_code: '', operator: '', telephone: '', address: '' }, problems: [], facts: '', content, reason: '', position: null, at, by: '林秋' },
    number: number === null ? null : { paper: id, town: '350211102', year: 2026, number, at },
    number_text: number === null ? `临00000${n}` : `灌口镇整改〔2026〕${number}号`,
    void: isVoid ? { id: ID(200 + n), paper: id, reason: '写错', at, by: '陈队' } : null,
  }
}
