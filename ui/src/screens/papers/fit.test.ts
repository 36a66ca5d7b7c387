import { describe, expect, it } from 'vitest'
import { firstFitting, type Piece, type Plan, plansFor, sheetsOf, SIZES } from './fit'

const lines = (pieces: Piece[]): number => pieces.reduce((sum, { text }) => sum + 1 + text.split('\n').reduce((all, line) => all + Math.max(1, Math.ceil([...line].length / 40)), 0), 0)
const whole = (sheets: Piece[][], title: string): string => sheets.flat().filter((piece) => piece.title === title).map(({ text }) => text).join('')

describe('the one page', () => {
  it('is set in smaller type before anything leaves it', () => {
    const plans = plansFor({ facts: 2000, demand: 300, reason: 0 })
    expect(plans.slice(0, SIZES.length)).toEqual(SIZES.map((size) => ({ size, annexed: [], tight: false })))
    expect(plans[SIZES.length]).toEqual({ size: 16, annexed: ['facts'], tight: false })
    expect(plans[plans.length - 1]).toEqual({ size: 9, annexed: ['facts', 'demand'], tight: true })
    expect(Math.min(...plans.map(({ size }) => size))).toBe(9)
  })

  it('takes the first way that fits', async () => {
    const plans = plansFor({ facts: 500, demand: 2000 })
    const tried: Plan[] = []
    const fits = (wanted: (plan: Plan) => boolean) => async (plan: Plan) => {
      tried.push(plan)
      return wanted(plan)
    }
    expect(await firstFitting(plans, fits(({ size }) => size <= 11))).toEqual({ plan: { size: 11, annexed: [], tight: false }, fits: true })
    expect(tried).toHaveLength(6)
    expect(await firstFitting(plans, fits(({ annexed }) => annexed.includes('demand')))).toEqual({ plan: { size: 16, annexed: ['demand'], tight: false }, fits: true })
    expect(await firstFitting(plans, fits(() => false))).toEqual({ plan: { size: 9, annexed: ['demand', 'facts'], tight: true }, fits: false })
  })
})

describe('the annex', () => {
  const fits = (pieces: Piece[]): boolean => lines(pieces) <= 30

  it('holds every character once, in its order', () => {
    const facts = Array.from({ length: 2000 }, (_, index) => String.fromCharCode(0x4e00 + index)).join('')
    const demand = 'a\n'.repeat(200).trim()
    const sheets = sheetsOf([{ title: '事实', text: facts }, { title: '要求', text: demand }], fits)
    expect(whole(sheets, '事实')).toBe(facts)
    expect(whole(sheets, '要求')).toBe(demand)
    expect(sheets.every(fits)).toBe(true)
    expect(sheets.length).toBe(9)
    expect(sheets[0]?.[0]?.continued).toBe(false)
    expect(sheets[1]?.[0]?.continued).toBe(true)
  })

  it('is one sheet where that is enough, and none for nothing', () => {
    expect(sheetsOf([{ title: '事实', text: '短' }], fits)).toEqual([[{ title: '事实', text: '短', continued: false }]])
    expect(sheetsOf([], fits)).toEqual([])
  })

  it('parts no character, and goes on even where nothing fits', () => {
    const text = '𠮷'.repeat(50)
    const sheets = sheetsOf([{ title: '事实', text }], (pieces) => pieces.every((piece) => [...piece.text].length <= 7))
    expect(whole(sheets, '事实')).toBe(text)
    expect(sheets.flat().every((piece) => !/[\ud800-\udbff]$/.test(piece.text))).toBe(true)
    expect(whole(sheetsOf([{ title: '事实', text: '𠮷a' }], () => false), '事实')).toBe('𠮷a')
  })
})
