import type { Permission } from '@/wire/Permission'

/**
 * What somebody must be allowed to do to use a screen, by the name of its route. Screens that are not named here are
 * for everybody who may look. Hosts check every command again; this only saves people from forms that cannot be sent.
 */
const NEEDS: Record<string, Permission> = {
  'assigned-new': 'assign',
  bundles: 'supervise',
  'campaign-new': 'assign',
  'case-new': 'supervise',
  complete: 'supervise',
  decide: 'supervise',
  'device-invite': 'manage_people',
  devices: 'manage_people',
  held: 'supervise',
  import: 'manage_ledger',
  inspect: 'record',
  inspection: 'record',
  'move-site': 'supervise',
  'paper-draft': 'record',
  'paper-new': 'record',
  people: 'manage_people',
  'person-edit': 'manage_people',
  'person-new': 'manage_people',
  'petition-new': 'assign',
  progress: 'record',
  registration: 'record',
  step: 'record',
  'task-reply': 'assign',
  tiles: 'manage_ledger',
}

export const neededBy = (route: unknown): Permission | null => (typeof route === 'string' ? (NEEDS[route] ?? null) : null)

/** The names in the table, so that a test can hold them against the router's. */
export const RESTRICTED = Object.keys(NEEDS)
