//! The log: lines for people on a terminal, JSON for everything else. What is logged names devices and people by their
//! ids only (`http/observe.rs`; `tests/operating.rs` looks).

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{ConfigError, LogFormat, Options};

/// Begins to log to standard error.
pub(crate) fn begin(options: &Options) -> Result<(), ConfigError> {
    let terminal = std::io::stderr().is_terminal();
    let filter = match options.log.as_deref() {
        Some(filter) => EnvFilter::try_new(filter)
            .map_err(|error| ConfigError::Unfit(format!("--log: {filter:?} is no filter: {error}")))?,
        // Whoever looks at a terminal wants to hear of trouble, not of each request.
        None => EnvFilter::new(if terminal { "warn" } else { "info" }),
    };
    let json = match options.log_format {
        Some(format) => format == LogFormat::Json,
        None => !terminal,
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // In a process that logs already, that goes on.
    let begun = match json {
        true => builder.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        false => builder.with_ansi(terminal).try_init(),
    };
    drop(begun);
    Ok(())
}
