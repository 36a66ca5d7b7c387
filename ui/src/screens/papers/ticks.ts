import { v7 as uuid } from 'uuid'
import { asId, asObject, asText } from '@/format/tolerant'
import { day, isDay, minute } from '@/format/time'
import { noteOf, type PhotoNotes } from '@/screens/inspection/photo-notes'
import type { Measure } from '@/wire/Measure'
import type { MeasureTaken } from '@/wire/MeasureTaken'
import { MEASURES } from './enforcement'

/** One of the five ticks as it is filled in. */
export interface Tick {
  /** Under it the form keeps the photos of this tick, as it keeps those of a problem under the problem's. */
  id: string
  on: boolean
  /** The day and the minute in China. */
  day: string
  time: string
}

export type Ticks = Record<Measure, Tick>

const of = (one: (measure: Measure) => Tick): Ticks => Object.fromEntries(MEASURES.map((measure) => [measure, one(measure)])) as Ticks

export const noTicks = (): Ticks => of(() => ({ id: uuid(), on: false, day: '', time: '' }))

export function parseTicks(value: unknown): Ticks {
  const loose = asObject(value)
  return of((measure) => {
    const tick = asObject(loose[measure])
    return { id: asId(tick['id']) ?? uuid(), on: tick['on'] === true, day: asText(tick['day']), time: asText(tick['time']) }
  })
}

/** Done just now; one that was ticked before keeps its time. */
export function ticked(tick: Tick, now: Date): Tick {
  return tick.day === '' ? { ...tick, on: true, day: day(now), time: minute(now) } : { ...tick, on: true }
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/

/** The moment that was meant, in UTC; `null` while it is none. */
export function momentOf({ day: on, time }: Pick<Tick, 'day' | 'time'>): string | null {
  return isDay(on) && TIME.test(time) ? new Date(`${on}T${time}:00+08:00`).toISOString() : null
}

/** What is wrong with the time of a tick, if something is: it can be no time, or lie ahead. */
export function timeFault(tick: Tick, now: Date): 'none' | 'ahead' | null {
  const at = momentOf(tick)
  if (at === null) return 'none'
  return Date.parse(at) > now.getTime() + 60_000 ? 'ahead' : null
}

/** The photo that stands for a tick: the first that is no drawing on another. */
export function photoOf(tick: Tick, notes: PhotoNotes, hashes: readonly string[]): string | null {
  const own = hashes.filter((hash) => noteOf(notes, hash).problem === tick.id)
  return own.find((hash) => noteOf(notes, hash).sketchOf === null) ?? own[0] ?? null
}

/** The ticks as they are recorded, in their order. */
export function takenOf(ticks: Ticks, notes: PhotoNotes, hashes: readonly string[]): MeasureTaken[] {
  return MEASURES.flatMap((measure): MeasureTaken[] => {
    const tick = ticks[measure]
    const at = momentOf(tick)
    return tick.on && at !== null ? [{ measure, at, photo: photoOf(tick, notes, hashes) }] : []
  })
}
