import { type RouteLocationRaw, useRouter } from 'vue-router'

/** Leaves a form that is finished for one of the pages that show what came of it: back, where it was opened from one. */
export function useReturnTo() {
  const router = useRouter()

  return async (usual: RouteLocationRaw, ...others: RouteLocationRaw[]): Promise<void> => {
    const before: unknown = window.history.state?.back
    const came = typeof before === 'string' ? before.split('?')[0] : null
    if ([usual, ...others].some((to) => router.resolve(to).path === came)) router.back()
    else await router.replace(usual)
  }
}
