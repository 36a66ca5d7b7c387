import type { Commands, DeviceCommands, OfficeCommands } from '@/wire/commands'
import type { ApiError } from '@/wire/ApiError'

export type AllCommands = Commands & DeviceCommands & OfficeCommands
export type CommandName = keyof AllCommands
export type RequestOf<K extends CommandName> = AllCommands[K]['request']
export type ReplyOf<K extends CommandName> = AllCommands[K]['reply']

export interface SavedFile {
  /** Where the file was put, where the host knows. */
  path: string | null
}

/** What answers: the shell of a device, or the office server. */
export interface Host {
  readonly kind: 'device' | 'office'
  call<K extends CommandName>(command: K, request: RequestOf<K>): Promise<ReplyOf<K>>
  /**
   * Hands bytes over; `progress` is told a share from 0 to 1 where the host can tell. Rejects with an `AbortError`
   * soon after the signal, whatever has arrived by then.
   */
  upload(file: Blob, progress?: (share: number) => void, signal?: AbortSignal): Promise<string>
  photoUrl(hash: string): string
  thumbnailUrl(hash: string): string
  /** Where the tile archive of this version is read, a range of bytes at a time. */
  tilesUrl(version: string): string
  /** A copy with time, place, site and inspector along the bottom, made anew from what is on record. */
  stampedUrl(hash: string): string
  download(id: string): Promise<SavedFile>
}

/** An `ApiError` that can be thrown. */
export class CallError extends Error {
  constructor(readonly api: ApiError) {
    super(api.message)
    this.name = 'CallError'
  }
}

/** What a cancelled upload rejects with. */
export function aborted(): DOMException {
  return new DOMException('cancelled', 'AbortError')
}

export function isApiError(value: unknown): value is ApiError {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as ApiError).code === 'string' &&
    typeof (value as ApiError).message === 'string'
  )
}
