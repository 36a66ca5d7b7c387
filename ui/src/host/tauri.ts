import { convertFileSrc, invoke } from '@tauri-apps/api/core'
import { CallError, type CommandName, type Host, isApiError, type ReplyOf, type RequestOf } from './host'

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

  async upload(file: Blob): Promise<string> {
    const reply = await asked<{ upload: string }>('upload', new Uint8Array(await file.arrayBuffer()))
    return reply.upload
  }

  photoUrl(hash: string): string {
    return convertFileSrc(hash, 'photo')
  }

  thumbnailUrl(hash: string): string {
    return convertFileSrc(`${hash}/thumbnail`, 'photo')
  }

  async download(id: string) {
    const { path } = await this.call('downloads.save', { id })
    return { path }
  }
}
