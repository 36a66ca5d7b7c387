import type { Role } from '@/wire/Role'

/** Those that each role may give, the usual one first. The office checks it again. */
const GIVES: Record<Role, Role[]> = {
  viewer: [],
  inspector: [],
  lead: ['inspector', 'viewer'],
  admin: ['inspector', 'lead', 'viewer', 'admin'],
}

export const rolesGivenBy = (role: Role | null): Role[] => (role === null ? [] : GIVES[role])
