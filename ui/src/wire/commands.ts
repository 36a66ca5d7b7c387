// Written by `cargo run -p wire --bin bindings`. Do not edit.
import type { AttachPhoto } from './AttachPhoto'
import type { AttachedPhoto } from './AttachedPhoto'
import type { ChooseValue } from './ChooseValue'
import type { ConnectServer } from './ConnectServer'
import type { Count } from './Count'
import type { DetachPhoto } from './DetachPhoto'
import type { DossierView } from './DossierView'
import type { Download } from './Download'
import type { Draft } from './Draft'
import type { EditSite } from './EditSite'
import type { ExportLedger } from './ExportLedger'
import type { GridUnit } from './GridUnit'
import type { ImportFile } from './ImportFile'
import type { ImportReport } from './ImportReport'
import type { LedgerOf } from './LedgerOf'
import type { LedgerPage } from './LedgerPage'
import type { LedgerTotals } from './LedgerTotals'
import type { ListSites } from './ListSites'
import type { Locate } from './Locate'
import type { Located } from './Located'
import type { Nothing } from './Nothing'
import type { OneDraft } from './OneDraft'
import type { OneSite } from './OneSite'
import type { RecordInspection } from './RecordInspection'
import type { RecordedInspection } from './RecordedInspection'
import type { RegisterSite } from './RegisterSite'
import type { Rename } from './Rename'
import type { SaveDownload } from './SaveDownload'
import type { SaveDraft } from './SaveDraft'
import type { SavedDownload } from './SavedDownload'
import type { Session } from './Session'
import type { SiteFilter } from './SiteFilter'
import type { SitePage } from './SitePage'
import type { SyncStatus } from './SyncStatus'
import type { WorkProgress } from './WorkProgress'

export interface Commands {
  'session.get': { request: Nothing; reply: Session }
  'session.rename': { request: Rename; reply: Session }
  'grid.units': { request: Nothing; reply: Array<GridUnit> }
  'grid.locate': { request: Locate; reply: Located }
  'sites.list': { request: ListSites; reply: SitePage }
  'sites.count': { request: SiteFilter; reply: Count }
  'sites.dossier': { request: OneSite; reply: DossierView }
  'sites.register': { request: RegisterSite; reply: OneSite }
  'sites.edit': { request: EditSite; reply: OneSite }
  'sites.choose_value': { request: ChooseValue; reply: OneSite }
  'inspections.record': { request: RecordInspection; reply: RecordedInspection }
  'drafts.save': { request: SaveDraft; reply: Draft }
  'drafts.get': { request: OneDraft; reply: Draft }
  'drafts.list': { request: Nothing; reply: Array<Draft> }
  'drafts.discard': { request: OneDraft; reply: Nothing }
  'photos.attach': { request: AttachPhoto; reply: AttachedPhoto }
  'photos.detach': { request: DetachPhoto; reply: Nothing }
  'ledger.totals': { request: LedgerOf; reply: LedgerTotals }
  'ledger.rows': { request: ListSites; reply: LedgerPage }
  'ledger.export': { request: ExportLedger; reply: Download }
  'files.import': { request: ImportFile; reply: ImportReport }
  'work.progress': { request: Nothing; reply: WorkProgress | null }
  'work.cancel': { request: Nothing; reply: Nothing }
}

export interface DeviceCommands {
  'sync.status': { request: Nothing; reply: SyncStatus }
  'sync.start': { request: Nothing; reply: SyncStatus }
  'sync.stop': { request: Nothing; reply: SyncStatus }
  'sync.connect': { request: ConnectServer; reply: SyncStatus }
  'sync.disconnect': { request: Nothing; reply: SyncStatus }
  'downloads.save': { request: SaveDownload; reply: SavedDownload }
}
