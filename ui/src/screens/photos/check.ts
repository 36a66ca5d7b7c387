/** Digits of a code that somebody typed, whatever stands between them; null where it cannot be one. As the domain reads it. */
export function codeDigits(typed: string): string | null {
  const digits = typed.normalize('NFKC').replace(/[\s\-–·]/g, '').toLowerCase()
  return /^[0-9a-f]{6,64}$/.test(digits) ? digits : null
}

/** The file of a drop, if there is one. */
export function droppedFile(event: DragEvent): File | null {
  return event.dataTransfer?.files[0] ?? null
}
