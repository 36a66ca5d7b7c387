import { levelOf } from '@/stores/grid-tree'
import type { PersonInfo } from '@/wire/PersonInfo'
import type { Role } from '@/wire/Role'
import { within } from './units'

/** What is typed of somebody. */
export interface PersonForm {
  name: string
  role: Role | null
  grids: string[]
}

export type PersonNeed = 'name' | 'role' | 'grids'

/** An administrator without units is for all of them; everybody else is for some. Nobody gives what they have not. */
export const mayHaveAll = (role: Role | null, everything: boolean): boolean => role === 'admin' && everything

export function emptyForm(roles: readonly Role[], scope: readonly string[]): PersonForm {
  const [only, ...others] = scope
  // Whoever is responsible for one village adds people for it; anybody else would have to take the wide unit away first.
  return { name: '', role: roles[0] ?? null, grids: only !== undefined && others.length === 0 && levelOf(only) === 'village' ? [only] : [] }
}

export const formOf = ({ name, role, scope }: PersonInfo): PersonForm => ({ name, role, grids: scope.map(({ code }) => code) })

/** What is still missing; `everything`: whoever adds them is responsible for all units. */
export function missingOf({ name, role, grids }: PersonForm, everything: boolean): PersonNeed[] {
  return [
    ...(name.trim() === '' ? (['name'] as const) : []),
    ...(role === null ? (['role'] as const) : []),
    ...(grids.length === 0 && !mayHaveAll(role, everything) ? (['grids'] as const) : []),
  ]
}

/** Whether a device of theirs will have to let go of something. */
export const narrows = (before: PersonInfo, { grids }: PersonForm): boolean => {
  if (grids.length === 0) return false
  return before.scope.length === 0 || within(before.scope.map(({ code }) => code), grids).length < before.scope.length
}
