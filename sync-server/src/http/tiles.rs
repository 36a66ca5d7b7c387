//! The tile archive of the console's map, by ranges: a map asks for a directory or a tile at a time.

use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, body::Body};
use tower_http::services::ServeFile;
use wire::{ApiError, ErrorCode};

use super::error::{Failed, blocking};
use super::session;

pub(super) fn routes(state: &super::State) -> Router<super::State> {
    Router::new()
        .route("/api/tiles/{version}", get(tiles))
        .route_layer(axum::middleware::from_fn_with_state(state.clone(), session::required))
}

async fn tiles(
    State(state): State<super::State>,
    Path(version): Path<String>,
    request: Request,
) -> Result<Response, Failed> {
    let wanted = version.clone();
    let path = blocking(move || state.app.tiles_file(&wanted)).await?;
    let Some(path) = path else {
        return Err(ApiError::new(ErrorCode::NotFound, "this tile archive is not here any more").into());
    };
    let tag = HeaderValue::from_str(&format!("\"{version}\""))
        .map_err(|_| ApiError::new(ErrorCode::NotFound, "this is not the name of a tile archive"))?;
    // A version never changes, so what is held of it is good.
    let is_held = request.headers().get(IF_NONE_MATCH) == Some(&tag);
    let mut response = if is_held {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut file = ServeFile::new(&path);
        let served = file.try_call(request).await;
        let served = served.map_err(|error| {
            tracing::error!(%error, "the tile archive cannot be read");
            ApiError::new(ErrorCode::Storage, "the tile archive cannot be read")
        });
        served?.map(Body::new)
    };
    response.headers_mut().insert(ETAG, tag);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    Ok(response)
}
