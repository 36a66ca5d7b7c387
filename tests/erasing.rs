//! A device that is to erase what it holds and ends in between, at every place where it can: what it held is whole or gone
//! afterwards, what is left of it is swept at the next start, and the office is told no sooner.

#[path = "simulation/fault.rs"]
#[allow(dead_code, reason = "the seasons use more of it")]
mod fault;

use std::time::Duration;

use fault::Side;
use office::{Inspector, TestOffice, copy_tree};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const NAME: &str = "新发五金加工点";

/// Ends the app on a device, and gives its folder.
fn ended(inspector: Inspector) -> TempDir {
    let Inspector { device, folder } = inspector;
    drop(device);
    folder
}

/// Whether the office was told that the device has erased what it held. That is forgotten, for the next time.
fn was_told(office: &TestOffice) -> bool {
    let told = office.access.devices().unwrap()[0].revoked.unwrap().erased_at.is_some();
    let access = Connection::open(office.folder.path().join("access.sqlite")).unwrap();
    access.busy_timeout(Duration::from_secs(10)).unwrap();
    access.execute("UPDATE device SET erased_at = NULL", []).unwrap();
    told
}

#[test]
fn wherever_a_device_ends_that_erases_what_it_holds_it_finishes_at_the_next_start() {
    fault::install();
    let runtime = Runtime::new().unwrap();
    let office = runtime.block_on(TestOffice::of_donghui());
    let ahua = runtime.block_on(office.inspector("阿华"));
    runtime.block_on(ahua.sync()).unwrap();
    let site = ahua.register(NAME);
    let photo = ahua.photographed(site, "photos/gps-DSCN0010.jpg").hash;
    runtime.block_on(ahua.sync()).unwrap();
    let device = office.access.devices().unwrap()[0].id;
    office.access.revoke_device(device, true, office.app.now()).unwrap();
    let before = ended(ahua);
    let file = |folder: &TempDir| {
        folder.path().join("photos").join(&photo.as_str()[..2]).join(format!("{photo}.jpg"))
    };
    assert!(file(&before).exists());

    let mut swept = 0;
    for passed in 0.. {
        let folder = tempfile::tempdir().unwrap();
        copy_tree(before.path(), folder.path());
        let ahua = Inspector::with(folder);
        fault::plan(Side::Device, passed);
        // The server runs on threads of its own, which no crash is planned for.
        let outcome = fault::on_side(Side::Device, || runtime.block_on(ahua.sync()).unwrap_err());
        fault::no_more_crashes();
        let told = was_told(&office);
        let folder = ended(ahua);
        let left = file(&folder).exists();

        let ahua = Inspector::with(folder);
        let holds = !ahua.find(NAME).is_empty();
        assert_eq!(file(&ahua.folder).exists(), holds, "whole or gone: {outcome:?}");
        assert!(!(told && holds), "told, and not so: {outcome:?}");
        swept += u32::from(left && !holds);
        // It goes on from there.
        runtime.block_on(ahua.sync()).unwrap_err();
        let told_later = was_told(&office);
        assert!(told || told_later, "{outcome:?}");
        let status = ahua.status();
        assert_eq!((status.server, status.revoked), (None, None), "as new: {outcome:?}");
        assert!(ahua.find(NAME).is_empty() && !file(&ahua.folder).exists(), "{outcome:?}");
        let folder = ended(ahua);
        let database = std::fs::read(folder.path().join("replica.sqlite")).unwrap();
        let name = NAME.as_bytes();
        assert!(!database.windows(name.len()).any(|bytes| bytes == name), "it can be read: {outcome:?}");
        if outcome.is_ok() {
            break;
        }
    }
    assert!(swept > 0, "it never ended between the records and the photos");
}
