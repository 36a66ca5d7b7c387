const grouped = new Intl.NumberFormat('en-US')

/** `1,204` */
export function count(value: number): string {
  return grouped.format(value)
}

/** `86 %`, or a dash where there is nothing to divide. */
export function share(done: number, all: number): string {
  return all === 0 ? '–' : `${Math.floor((done / all) * 100)}%`
}

/** `3.2 MB`, by thousands as storage is sold. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let size = value
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}

/** `0:42`, `12:05`, `1:02:03`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}
