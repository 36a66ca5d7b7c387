//! Connects a device that has no server yet to the one in the environment, as `scripts/run.sh` and the tests want it.

use std::time::Duration;

use serde_json::{Value, json};
use wire::{ApiError, ErrorCode};

use crate::Device;

const PAUSE: Duration = Duration::from_secs(5);

/// Connects in the background when `VILLAGE_LEDGER_SERVER` and `VILLAGE_LEDGER_TOKEN` are set. The server says whose
/// device it is. Tries again while nobody answers, until the device has a server, this one or another.
pub fn from_environment(device: Device) {
    let (Some(address), Some(token)) = (variable("VILLAGE_LEDGER_SERVER"), variable("VILLAGE_LEDGER_TOKEN"))
    else {
        return;
    };
    let request = json!({ "address": address, "token": token, "person": "" });
    tauri::async_runtime::spawn_blocking(move || {
        loop {
            match connect(&device, &request) {
                Ok(()) => return,
                Err(error) if error.code == ErrorCode::Unreachable => std::thread::sleep(PAUSE),
                Err(error) => return eprintln!("village-ledger: cannot connect to {address}: {error}"),
            }
        }
    });
}

fn connect(device: &Device, request: &Value) -> Result<(), ApiError> {
    let status = device.call("sync.status", json!({}))?;
    if status.get("server").is_none_or(Value::is_null) {
        device.call("sync.connect", request.clone())?;
    }
    Ok(())
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
