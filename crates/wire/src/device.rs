//! The commands that only a device answers: it has a server to sync with and a folder of its own for downloads.

use crate::command::commands;
use crate::message::*;

commands! {
    /// The commands that only a device answers.
    trait DeviceCommands, list DEVICE_COMMANDS, dispatch dispatch_device, typescript typescript;

    /// Where sync stands: what is waiting, what is running, what was proven.
    "sync.status" sync_status(Nothing) -> SyncStatus, Read;
    /// Starts a sync unless one is running.
    "sync.start" sync_start(Nothing) -> SyncStatus, Read;
    /// Stops the sync that is running; it goes on from there next time.
    "sync.stop" sync_stop(Nothing) -> SyncStatus, Read;
    /// Reads the QR code on a picture.
    "sync.scan_invitation" sync_scan_invitation(ScanInvitation) -> InvitationView, Read;
    /// Reads an invitation that was scanned or typed; nothing is sent.
    "sync.read_invitation" sync_read_invitation(InvitationText) -> InvitationView, Read;
    /// Takes an invitation to the server that made it: the device belongs to the person who was invited from then on.
    "sync.enrol" sync_enrol(Enrol) -> SyncStatus, Read;
    /// Connects the device to a server by address and token, after asking the server: for scripts, which have a token from
    /// the server's command line.
    "sync.connect" sync_connect(ConnectServer) -> SyncStatus, Read;
    /// Forgets the server; everything on the device stays.
    "sync.disconnect" sync_disconnect(Nothing) -> SyncStatus, Read;
    /// How sure it is that the office has a site's record and photos.
    "sync.receipts" sync_receipts(OneSite) -> SiteReceipts, Read;
    /// Writes what waits to be sent into a file, encrypted for the office.
    "bundle.write" bundle_write(Nothing) -> WrittenBundle, Read;
    /// Reads the office's answer to such a file.
    "bundle.read" bundle_read(TakeBundle) -> ReadBundle, Read;
    /// What photos take of this device's disk.
    "photos.storage" photos_storage(Nothing) -> PhotoStorage, Read;
    /// Removes photos from this device that the server, asked just before, has on its disk.
    "photos.free_space" photos_free_space(FreeSpace) -> FreedSpace, Read;
    /// Fetches a photo now that is not on this device.
    "photos.fetch" photos_fetch(OnePhoto) -> Nothing, Read;
    /// Notes that the camera is about to be opened for a form.
    "camera.expect" camera_expect(ExpectPhoto) -> Nothing, Record;
    /// Notes that the camera came back, with a photo or without.
    "camera.done" camera_done(ExpectedPhoto) -> Nothing, Record;
    /// Takes a photo in that the camera left in its folder; nothing if it is not there.
    "camera.take" camera_take(TakePhoto) -> Option<AttachedPhoto>, Record;
    /// Looks for photos that were taken while the app was closed, and puts them into the forms that wait for them.
    "camera.recover" camera_recover(Nothing) -> Vec<RecoveredPhoto>, Record;
    /// Puts an exported file into the person's folder of downloads.
    "downloads.save" downloads_save(SaveDownload) -> SavedDownload, Read;
}
