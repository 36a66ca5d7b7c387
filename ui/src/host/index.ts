import { ConsoleHost } from './console'
import type { CommandName, Host, ReplyOf, RequestOf } from './host'
import { TauriHost } from './tauri'

export { CallError } from './host'
export type { Host, SavedFile } from './host'

/** The office server, where this bundle runs in its console. */
export const office: ConsoleHost | null = '__TAURI_INTERNALS__' in window ? null : new ConsoleHost()

export const host: Host = office ?? new TauriHost()

export function call<K extends CommandName>(command: K, request: RequestOf<K>): Promise<ReplyOf<K>> {
  return host.call(command, request)
}
