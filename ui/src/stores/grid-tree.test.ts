import { describe, expect, it } from 'vitest'
import { gridTree, levelOf, nameOf, parentOf, topOf } from './grid-tree'

const unit = (code: string, name: string) => ({ code, name })
const above = [unit('35', '福建省'), unit('3502', '厦门市')]
const jimei = [unit('350211', '集美区'), unit('350211102', '灌口镇'), unit('350211102207', '东辉村委会')]

describe('grid units', () => {
  it('lie in each other by their codes', () => {
    const tree = gridTree([...above, ...jimei])
    expect(levelOf('350211102')).toBe('town')
    expect([parentOf('350211102207'), parentOf('350211'), parentOf('35')]).toEqual(['350211102', '3502', null])
    expect(nameOf(tree, '350211102207')).toBe('集美区 灌口镇 东辉村委会')
    expect(nameOf(tree, '999999999999')).toBe('')
  })

  it('begin at the county where there is only one', () => {
    expect(topOf(gridTree([...above, ...jimei]))).toEqual(['350211'])
    expect(topOf(gridTree([...above, ...jimei, unit('350212', '同安区')]))).toEqual(['350211', '350212'])
    expect(topOf(gridTree([]))).toEqual([])
    expect(topOf(gridTree(jimei.slice(1)))).toEqual(['350211102'])
  })
})
