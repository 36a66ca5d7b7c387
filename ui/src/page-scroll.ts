import type { RouterScrollBehavior } from 'vue-router'

/** How long a page that comes back may take to become as long as it was, in milliseconds. */
const PATIENCE_MS = 1500

/** A page begins at its top, and comes back as it was left. What changes only its query stays where it is. */
export const pageScroll: RouterScrollBehavior = async (to, from, left) => {
  if (to.path === from.path) return false
  if (left === null || left.top === 0) return { left: 0, top: 0 }
  const { href } = window.location
  const until = Date.now() + PATIENCE_MS
  while (document.documentElement.scrollHeight - window.innerHeight < left.top && Date.now() < until) {
    await new Promise((later) => setTimeout(later, 50))
  }
  // Unless somebody went on meanwhile.
  return window.location.href === href ? left : false
}
