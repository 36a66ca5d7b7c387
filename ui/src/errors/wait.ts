/** How many whole seconds to wait, as the server says it; `null` where it says nothing of the kind. */
export function secondsOf(said: string | null): number | null {
  const seconds = Number(said)
  return said !== null && said.trim() !== '' && Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : null
}
