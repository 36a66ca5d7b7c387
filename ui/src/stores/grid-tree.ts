import type { GridUnit } from '@/wire/GridUnit'

export type Level = 'province' | 'city' | 'county' | 'town' | 'village'

const LEVELS: [number, Level][] = [
  [2, 'province'],
  [4, 'city'],
  [6, 'county'],
  [9, 'town'],
  [12, 'village'],
]

export function levelOf(code: string): Level {
  return LEVELS.find(([digits]) => digits === code.length)?.[1] ?? 'village'
}

export function parentOf(code: string): string | null {
  const above = LEVELS.filter(([digits]) => digits < code.length).pop()
  return above ? code.slice(0, above[0]) : null
}

export interface GridTree {
  byCode: Map<string, GridUnit>
  beneath: Map<string, GridUnit[]>
}

export function gridTree(units: readonly GridUnit[]): GridTree {
  const byCode = new Map(units.map((unit) => [unit.code, unit]))
  const beneath = new Map<string, GridUnit[]>()
  for (const unit of units) {
    const parent = parentOf(unit.code)
    if (parent === null) continue
    const siblings = beneath.get(parent)
    if (siblings) siblings.push(unit)
    else beneath.set(parent, [unit])
  }
  return { byCode, beneath }
}

const COUNTY_DIGITS = 6

/** The highest units that say something: where all lies in one county, that county and not its province. */
export function topOf(tree: GridTree): string[] {
  let top = [...tree.byCode.keys()].filter((code) => {
    const parent = parentOf(code)
    return parent === null || !tree.byCode.has(parent)
  })
  for (;;) {
    const [only] = top
    const beneath = only === undefined ? [] : (tree.beneath.get(only) ?? [])
    if (top.length !== 1 || only === undefined || only.length >= COUNTY_DIGITS || beneath.length === 0) return top
    top = beneath.map(({ code }) => code)
  }
}

/** The unit and those above it, highest first, as far as they are known. */
export function pathOf(tree: GridTree, code: string): GridUnit[] {
  const path: GridUnit[] = []
  for (let at: string | null = code; at !== null; at = parentOf(at)) {
    const unit = tree.byCode.get(at)
    if (unit) path.unshift(unit)
  }
  return path
}

/** County, town and village by name, as people say where something is. */
export function nameOf(tree: GridTree, code: string): string {
  return pathOf(tree, code)
    .filter((unit) => unit.code.length >= 6)
    .map((unit) => unit.name)
    .join(' ')
}
