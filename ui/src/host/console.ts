import { aborted, CallError, type CommandName, type Host, isApiError, type ReplyOf, type RequestOf } from './host'

/** The server takes no POST without it, so that no other page can make one in somebody's name. */
const HEADERS = { 'X-Village-Ledger': 'console' }

/** What browsers let a request carry that outlives its page. */
const KEEPALIVE_LIMIT = 60_000

type SignedOutListener = () => void

/** How somebody signs in: by a code that works once, or by name and password. */
export type Credentials = { code: string } | { name: string; password: string }

/** Reasons of being unauthorized that say something of what was typed, not of the session. */
const TYPED_WRONG = ['password', 'code']

function errorOf(status: number, body: string): CallError {
  try {
    const parsed: unknown = JSON.parse(body)
    if (isApiError(parsed)) return new CallError(parsed)
  } catch {
    // Not ours: a proxy, or a server that is being replaced.
  }
  const code = status === 401 ? 'unauthorized' : status === 403 ? 'forbidden' : status === 429 ? 'too_many_requests' : status >= 500 ? 'internal' : 'malformed'
  return new CallError({ code, message: `HTTP ${status}`, field: null, reason: null })
}

function unreachable(cause: unknown): CallError {
  return new CallError({ code: 'unreachable', message: String(cause), field: null, reason: null })
}

export class ConsoleHost implements Host {
  readonly kind = 'office'
  private onSignedOut: SignedOutListener = () => undefined

  whenSignedOut(listener: SignedOutListener): void {
    this.onSignedOut = listener
  }

  async call<K extends CommandName>(command: K, request: RequestOf<K>): Promise<ReplyOf<K>> {
    const body = JSON.stringify(request)
    // A form is saved while its page goes away.
    const keepalive = command === 'drafts.save' && body.length < KEEPALIVE_LIMIT
    return (await this.post(`/api/call/${command}`, body, keepalive)) as ReplyOf<K>
  }

  async signIn(credentials: Credentials): Promise<void> {
    await this.post('/api/sign-in', JSON.stringify(credentials), false)
  }

  async signOut(): Promise<void> {
    await this.post('/api/sign-out', '{}', false)
    this.onSignedOut()
  }

  upload(file: Blob, progress?: (share: number) => void, signal?: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(aborted())
        return
      }
      const request = new XMLHttpRequest()
      const cancel = (): void => request.abort()
      signal?.addEventListener('abort', cancel)
      request.onloadend = () => signal?.removeEventListener('abort', cancel)
      request.onabort = () => reject(aborted())
      request.open('POST', '/api/uploads')
      request.setRequestHeader('X-Village-Ledger', HEADERS['X-Village-Ledger'])
      request.setRequestHeader('Content-Type', 'application/octet-stream')
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) progress?.(event.loaded / event.total)
      }
      request.onload = () => {
        if (request.status < 200 || request.status > 299) {
          reject(this.noticed(errorOf(request.status, request.responseText)))
          return
        }
        try {
          resolve((JSON.parse(request.responseText) as { upload: string }).upload)
        } catch (cause) {
          reject(new CallError({ code: 'malformed', message: String(cause), field: null, reason: null }))
        }
      }
      request.onerror = () => reject(unreachable('the upload was cut off'))
      request.send(file)
    })
  }

  photoUrl(hash: string): string {
    return `/api/photos/${hash}`
  }

  thumbnailUrl(hash: string): string {
    return `/api/photos/${hash}/thumbnail`
  }

  tilesUrl(version: string): string {
    return `/api/tiles/${version}`
  }

  stampedUrl(hash: string): string {
    return `/api/photos/${hash}/stamped`
  }

  download(id: string) {
    const link = document.createElement('a')
    link.href = `/api/downloads/${id}`
    link.download = ''
    link.click()
    return Promise.resolve({ path: null })
  }

  private async post(path: string, body: string, keepalive: boolean): Promise<unknown> {
    let response: Response
    let text: string
    try {
      response = await fetch(path, {
        method: 'POST',
        headers: { ...HEADERS, 'Content-Type': 'application/json' },
        credentials: 'same-origin',
        body,
        keepalive,
      })
      text = await response.text()
    } catch (cause) {
      throw unreachable(cause)
    }
    if (!response.ok) throw this.noticed(errorOf(response.status, text))
    try {
      return text === '' ? {} : JSON.parse(text)
    } catch (cause) {
      throw new CallError({ code: 'malformed', message: String(cause), field: null, reason: null })
    }
  }

  private noticed(error: CallError): CallError {
    if (error.api.code === 'unauthorized' && !TYPED_WRONG.includes(error.api.reason ?? '')) this.onSignedOut()
    return error
  }
}
