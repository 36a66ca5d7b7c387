//! The commands that only a device answers: it has a server to sync with and a folder of its own for downloads.

use crate::command::commands;
use crate::message::*;

commands! {
    /// The commands that only a device answers.
    trait DeviceCommands, list DEVICE_COMMANDS, dispatch dispatch_device, typescript typescript;

    /// Where sync stands: what is waiting, what is running, what was proven.
    "sync.status" sync_status(Nothing) -> SyncStatus, Read;
    /// Starts a sync unless one is running.
    "sync.start" sync_start(Nothing) -> SyncStatus, Record;
    /// Stops the sync that is running; it goes on from there next time.
    "sync.stop" sync_stop(Nothing) -> SyncStatus, Record;
    /// Connects the device to a server by address and token, after asking the server.
    "sync.connect" sync_connect(ConnectServer) -> SyncStatus, Record;
    /// Forgets the server; everything on the device stays.
    "sync.disconnect" sync_disconnect(Nothing) -> SyncStatus, Record;
    /// Puts an exported file into the person's folder of downloads.
    "downloads.save" downloads_save(SaveDownload) -> SavedDownload, ManageLedger;
}
