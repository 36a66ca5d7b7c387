import { convertFileSrc, invoke } from '@tauri-apps/api/core'
import { aborted, CallError, type CommandName, type Host, isApiError, type ReplyOf, type RequestOf } from './host'

function thrown(error: unknown): CallError {
  if (isApiError(error)) return new CallError(error)
  return new CallError({ code: 'internal', message: String(error), field: null, reason: null })
}

async function asked<T>(command: string, payload: Record<string, unknown> | Uint8Array): Promise<T> {
  try {
    return await invoke<T>(command, payload)
  } catch (error) {
    throw thrown(error)
  }
}

export class TauriHost implements Host {
  readonly kind = 'device'

  call<K extends CommandName>(command: K, request: RequestOf<K>): Promise<ReplyOf<K>> {
    return asked<ReplyOf<K>>('call', { command, request })
  }

  async upload(file: Blob, _progress?: (share: number) => void, signal?: AbortSignal): Promise<string> {
    const bytes = new Uint8Array(await file.arrayBuffer())
    if (signal?.aborted) throw aborted()
    const reply = await asked<{ upload: string }>('upload', bytes)
    // The bridge cannot take back what was handed over: it is left lying, and the shell clears it away.
    if (signal?.aborted) throw aborted()
    return reply.upload
  }

  photoUrl(hash: string): string {
    return convertFileSrc(hash, 'photo')
  }

  thumbnailUrl(hash: string): string {
    return convertFileSrc(`${hash}/thumbnail`, 'photo')
  }

  tilesUrl(version: string): string {
    return convertFileSrc(version, 'tiles')
  }

  stampedUrl(hash: string): string {
    return convertFileSrc(`${hash}/stamped`, 'photo')
  }

  async download(id: string) {
    const { path } = await this.call('downloads.save', { id })
    return { path }
  }
}
