import type { MapBounds } from '@/wire/MapBounds'
import { contains } from './bounds'

/** What lies in a part of the map. */
export interface Held<T> {
  bounds: MapBounds
  /** Whether it is all that lies there, so that it answers for every part of it too. */
  complete: boolean
  value: T
}

const same = (a: MapBounds, b: MapBounds): boolean => contains(a, b) && contains(b, a)

/** The last few answers about parts of the map. */
export class ExtentCache<T> {
  private held: Held<T>[] = []

  constructor(private readonly most = 6) {}

  /** An answer that holds for these bounds; it counts as the latest from then on. */
  find(bounds: MapBounds): Held<T> | null {
    const found = this.held.find((one) => (one.complete ? contains(one.bounds, bounds) : same(one.bounds, bounds)))
    if (!found) return null
    this.held = [found, ...this.held.filter((one) => one !== found)]
    return found
  }

  keep(answer: Held<T>): void {
    this.held = [answer, ...this.held.filter((one) => !same(one.bounds, answer.bounds))].slice(0, this.most)
  }

  clear(): void {
    this.held = []
  }
}
