/** Whether this can be printed from at all: the web view of a phone has the function, and nothing behind it. */
export function canPrint(kind: 'device' | 'office', userAgent: string, print: unknown): boolean {
  if (typeof print !== 'function') return false
  const phone = /Android|iPhone|iPad|iPod/.test(userAgent)
  const webView = kind === 'device' || /; wv\)|MicroMessenger/.test(userAgent)
  return !(phone && webView)
}
