import { ConsoleHost } from './console'
import type { CommandName, Host, ReplyOf, RequestOf } from './host'
import { TauriHost } from './tauri'

export { CallError } from './host'
export type { Host, SavedFile } from './host'

/** The office server, where this bundle runs in its console. */
export const office: ConsoleHost | null = '__TAURI_INTERNALS__' in window ? null : new ConsoleHost()

export const host: Host = office ?? new TauriHost()

/** Commands after which something waits to be sent. */
const WRITING = new Set<CommandName>([
  'sites.register',
  'sites.edit',
  'sites.move',
  'sites.choose_value',
  'inspections.record',
  'files.import',
  'problems.step',
  'sites.decide',
  'sites.complete',
  'sites.report_progress',
  'papers.record',
  'papers.void',
  'cases.record',
  'alerts.answer',
  'tasks.enter',
  'tasks.campaign',
  'tasks.reply',
  'rules.set',
])
let written: () => void = () => {}

/** Calls back after each command that put something on record. */
export function onWritten(listener: () => void): void {
  written = listener
}

export async function call<K extends CommandName>(command: K, request: RequestOf<K>): Promise<ReplyOf<K>> {
  const reply = await host.call(command, request)
  if (WRITING.has(command)) written()
  return reply
}
