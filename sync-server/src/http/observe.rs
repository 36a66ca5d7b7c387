//! One line in the log and one point in the metrics for each request. Both name routes, ids, sizes and times, and nothing
//! that somebody typed: not the path, which may hold anything, and no name.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use uuid::Uuid;
use wire::command::COMMANDS;
use wire::office::OFFICE_COMMANDS;

use super::metrics::Metrics;

/// The answer's header that names the request, for whoever reports that something went wrong.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Where commands are called.
const CALL: &str = "/api/call/";

/// Who asks, once a handler knows it. Every request has one as an extension.
#[derive(Debug, Clone, Default)]
pub struct Who(Arc<OnceLock<Asking>>);

#[derive(Debug)]
enum Asking {
    Person(Uuid),
    Device(Uuid),
}

impl Who {
    /// A person at the console asks.
    pub fn is_person(&self, id: Uuid) {
        drop(self.0.set(Asking::Person(id)));
    }

    /// A device asks.
    pub fn is_device(&self, id: Uuid) {
        drop(self.0.set(Asking::Device(id)));
    }
}

pub(super) async fn observe(
    State(metrics): State<Arc<Metrics>>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let who = Who::default();
    request.extensions_mut().insert(who.clone());
    let route =
        request.extensions().get::<MatchedPath>().map_or("(file)".into(), |path| Arc::from(path.as_str()));
    let call = Call {
        metrics,
        id: Uuid::new_v4(),
        began,
        method: known(request.method()),
        command: command(request.uri().path()),
        received: request.body().size_hint().exact().unwrap_or_default(),
        route,
        who,
        status: StatusCode::OK,
        sent: 0,
    };
    let id = call.id;
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::from_str(&id.simple().to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let status = response.status();
    response.map(|body| {
        // The answer to HEAD names the size of what is not sent.
        let size = if call.method == "HEAD" { Some(0) } else { body.size_hint().exact() };
        Body::new(Observed { body, call: Call { status, ..call }, size, ended: false })
    })
}

/// A method of ours: others could be any text.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        _ => "(other)",
    }
}

/// The command that a path calls, if there is one of that name.
fn command(path: &str) -> &'static str {
    let Some(name) = path.strip_prefix(CALL) else { return "" };
    let lists = [COMMANDS, OFFICE_COMMANDS];
    let known = lists.into_iter().flatten().find(|command| command.name == name);
    known.map_or("(unknown)", |command| command.name)
}

/// A request that is being answered. It is written down when the last byte has left, or the other side has gone.
struct Call {
    metrics: Arc<Metrics>,
    id: Uuid,
    began: Instant,
    method: &'static str,
    route: Arc<str>,
    command: &'static str,
    /// Bytes that the request announced.
    received: u64,
    who: Who,
    status: StatusCode,
    /// Bytes that were sent.
    sent: u64,
}

impl Call {
    fn end(&self, whole: bool) {
        let Self { metrics, id, began, method, route, command, received, who, status, sent } = self;
        let seconds = began.elapsed().as_secs_f64();
        metrics.request(method, route, *status, seconds, (*received, *sent));
        let (person, device) = match who.0.get() {
            Some(Asking::Person(id)) => (Some(id), None),
            Some(Asking::Device(id)) => (None, Some(id)),
            None => (None, None),
        };
        let (person, device) = (person.map(tracing::field::display), device.map(tracing::field::display));
        let command = (!command.is_empty()).then_some(*command);
        let milliseconds = (seconds * 1e6).round() / 1e3;
        // Asked every few seconds by machines.
        if matches!(&**route, "/healthz" | "/metrics") && status.is_success() {
            tracing::debug!(%method, %route, status = status.as_u16(), ms = milliseconds, "asked");
            return;
        }
        tracing::info!(
            target: "sync_server::request",
            request = %id.simple(), %method, %route, command, status = status.as_u16(), ms = milliseconds,
            received, sent, person, device, whole, "request"
        );
    }
}

/// A body whose bytes are counted as they leave.
struct Observed {
    body: Body,
    call: Call,
    /// How many bytes it has, where that is known.
    size: Option<u64>,
    ended: bool,
}

impl HttpBody for Observed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                self.call.sent += frame.data_ref().map_or(0, |bytes| bytes.len() as u64);
            }
            Poll::Ready(None) => self.ended = true,
            _ => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        let whole = self.ended || self.body.is_end_stream() || self.size == Some(self.call.sent);
        self.call.end(whole);
    }
}
