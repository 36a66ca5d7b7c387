//! The two commands that the user interface reaches.

use serde::Serialize;
use serde_json::Value;
use tauri::State;
use tauri::ipc::{InvokeBody, Request};
use uuid::Uuid;
use wire::{ApiError, ErrorCode};

use crate::Device;

/// Names the bytes that were uploaded.
#[derive(Debug, Serialize)]
pub struct Uploaded {
    upload: Uuid,
}

/// Runs one command of the wire's list.
#[tauri::command]
pub async fn call(device: State<'_, Device>, command: String, request: Value) -> Result<Value, ApiError> {
    let device = Device::clone(&device);
    blocking(move || device.call(&command, request)).await
}

/// Takes bytes in for a command that names them later. The body is the bytes.
#[tauri::command]
pub async fn upload(device: State<'_, Device>, request: Request<'_>) -> Result<Uploaded, ApiError> {
    let bytes = bytes_of(request.body())?;
    let device = Device::clone(&device);
    let upload = blocking(move || device.upload(&bytes)).await?;
    Ok(Uploaded { upload })
}

/// Android's bridge turns a raw body into a JSON array of numbers.
fn bytes_of(body: &InvokeBody) -> Result<Vec<u8>, ApiError> {
    match body {
        InvokeBody::Raw(bytes) => Ok(bytes.clone()),
        InvokeBody::Json(Value::Array(numbers)) => numbers
            .iter()
            .map(|number| number.as_u64().and_then(|number| u8::try_from(number).ok()))
            .collect::<Option<_>>()
            .ok_or_else(|| ApiError::new(ErrorCode::Invalid, "the upload holds something that is no byte")),
        InvokeBody::Json(_) => Err(ApiError::new(ErrorCode::Invalid, "the upload must be bytes")),
    }
}

/// Runs blocking work beside the event loop. A panic in it becomes an error that the caller sees.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    match tauri::async_runtime::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(ApiError::new(ErrorCode::Internal, format!("the work broke off: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn takes_raw_bytes_and_androids_array() {
        assert_eq!(bytes_of(&InvokeBody::Raw(vec![0, 255])).unwrap(), [0, 255]);
        assert_eq!(bytes_of(&InvokeBody::Json(json!([0, 255]))).unwrap(), [0, 255]);
    }

    #[test]
    fn refuses_what_is_no_byte() {
        for body in
            [json!([256]), json!([-1]), json!([1.5]), json!(["a"]), json!({}), json!(null), json!("ab")]
        {
            assert_eq!(bytes_of(&InvokeBody::Json(body)).unwrap_err().code, ErrorCode::Invalid);
        }
    }
}
