/**
 * Products by what tells them apart; the first that fits is meant, because most of them also claim to be others. The
 * office keeps the beginning only, so nothing is asked of the end.
 */
const PRODUCTS: [RegExp, string][] = [
  [/MicroMessenger/, 'WeChat'],
  [/Edg(?:e|A|iOS)?\/(\d+)/, 'Edge'],
  [/OPR\/(\d+)/, 'Opera'],
  [/Firefox\/(\d+)/, 'Firefox'],
  [/(?:Chrome|CriOS)\/(\d+)/, 'Chrome'],
  [/Version\/(\d+)/, 'Safari'],
]
const SYSTEMS: [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/Linux|X11/, 'Linux'],
]

/** `Chrome 130, Windows` out of what a browser calls itself; that itself where nothing is recognised. */
export function browserName(agent: string): string {
  if (!agent.startsWith('Mozilla/')) return agent.trim()
  const product = PRODUCTS.map(([pattern, name]) => {
    const found = pattern.exec(agent)
    return found ? [name, found[1]].filter((part) => part !== undefined).join(' ') : null
  }).find((name) => name !== null)
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1]
  const parts = [product, system].filter((part) => part !== undefined)
  return parts.length === 0 ? agent.trim() : parts.join(', ')
}
