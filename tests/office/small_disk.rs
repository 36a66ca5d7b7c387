//! A small disk of its own for a test: a file system in memory, in a mount namespace that only the test sees. Needs no
//! rights where users may make namespaces, or those of root.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::Command;

/// Where the small disk is, for the test that runs again on it.
const DISK: &str = "VILLAGE_LEDGER_SMALL_DISK";

/// Runs `work` on a disk of so many MiB: the test of this name runs once more, alone, where that disk is mounted.
pub fn on_small_disk(name: &str, mib: u32, work: impl FnOnce(&Path)) {
    if let Some(disk) = std::env::var_os(DISK) {
        return work(Path::new(&disk));
    }
    let folder = tempfile::tempdir().unwrap();
    let mount = format!("mount -t tmpfs -o size={mib}m small \"$1\"");
    let within = |kind: &str, script: &str| {
        let mut command = Command::new("unshare");
        command.args([kind, "sh", "-c", script, "sh"]).arg(folder.path());
        command
    };
    let works = |kind: &&str| within(kind, &mount).output().is_ok_and(|output| output.status.success());
    let Some(kind) = ["-rm", "-m"].into_iter().find(works) else {
        eprintln!("SKIPPED {name}: neither `unshare -rm` nor `unshare -m` can mount a file system here");
        return;
    };
    let again = format!("{mount} && exec \"$2\" --exact \"$3\" --nocapture --test-threads=1");
    let mut command = within(kind, &again);
    command.arg(std::env::current_exe().unwrap()).arg(name).env(DISK, folder.path());
    let output = command.output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    println!("{said}");
}

/// A file that takes all that is free but so many bytes.
pub fn fill(disk: &Path, leave: u64) {
    let mut file = File::create(disk.join("filler")).unwrap();
    let block = vec![0; 64 << 10];
    loop {
        match file.write_all(&block) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::StorageFull => break,
            Err(error) => panic!("{error}"),
        }
    }
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(leave)).unwrap();
}
