import { computed } from 'vue'
import { useSession } from '@/stores/session'
import type { Permission } from '@/wire/Permission'

/**
 * What whoever works here may do. Screens ask it to offer only what can be done; hosts and the server check again.
 */
export function usePermissions() {
  const session = useSession()

  /** `null` until the host has told who is asking. */
  const role = computed(() => session.session?.role ?? null)
  const may = (permission: Permission): boolean => session.session?.permissions.includes(permission) ?? false
  /** Leads and administrators, whose work is what others did. */
  const leads = computed(() => may('supervise'))

  return { role, may, leads }
}
