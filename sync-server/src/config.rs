//! What can be set, by flag, environment or file: one table, which `docs/operating.md` repeats and a test compares.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Deserialize;

use crate::tls::CertificateSource;

/// Where the system keeps the settings of its services.
#[cfg(unix)]
const SYSTEM: &str = "/etc/village-ledger/sync-server.toml";
/// The file of settings within the server's data.
const IN_DATA: &str = "sync-server.toml";
/// How many connections may be open at a time if nothing else is said.
const MOST_CONNECTIONS: usize = 2048;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file says something that is no setting. The sentence names line and column.
    #[error("{}: {why}", .path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What stands where.
        why: String,
    },
    /// Two settings that belong together do not fit.
    #[error("{0}")]
    Unfit(String),
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line for people
    Text,
    /// One JSON object a line
    Json,
}

/// The settings of the running server. What is not given here is looked for in a file of settings. In a file each has
/// the name of its flag with `_` for `-`.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Where to listen; port 0 takes any free one [default: 127.0.0.1:8770]
    #[arg(long, value_name = "ADDR", env = "VILLAGE_LEDGER_LISTEN")]
    pub listen: Option<String>,
    /// The address that devices and browsers use, such as https://ledger.example:8770; invitations and links name it
    /// [default: made from where it listens]
    #[arg(long, value_name = "URL", env = "VILLAGE_LEDGER_PUBLIC_ADDRESS")]
    pub public_address: Option<String>,
    /// A certificate that authorities vouch for, with those that lead to them, as PEM [default: the server makes its own]
    #[arg(long, value_name = "FILE", env = "VILLAGE_LEDGER_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// The key of that certificate, as PEM. Both are read again on SIGHUP
    #[arg(long, value_name = "FILE", env = "VILLAGE_LEDGER_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// Believe X-Forwarded-For and X-Forwarded-Proto of a proxy on this machine [default: false]
    #[arg(long, value_name = "BOOL", env = "VILLAGE_LEDGER_BEHIND_PROXY")]
    #[arg(num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub behind_proxy: Option<bool>,
    /// Do not announce the server on the local network [default: false]
    #[arg(long, value_name = "BOOL", env = "VILLAGE_LEDGER_NO_MDNS")]
    #[arg(num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub no_mdns: Option<bool>,
    /// How many connections may be open at a time; one address may have half of them [default: 2048]
    #[arg(long, value_name = "N", env = "VILLAGE_LEDGER_MAX_CONNECTIONS")]
    pub max_connections: Option<usize>,
    /// The folder of the built user interface [default: looked for beside the program and in ui/dist]
    #[arg(long, value_name = "DIR", env = "VILLAGE_LEDGER_UI_DIR")]
    pub ui: Option<PathBuf>,
    /// What is logged, such as info or warn,sync_server=debug [default: info; on a terminal warn]
    #[arg(long, value_name = "FILTER", env = "VILLAGE_LEDGER_LOG")]
    pub log: Option<String>,
    /// The form of the log [default: json; on a terminal text]
    #[arg(long, value_name = "FORM", env = "VILLAGE_LEDGER_LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
    /// A bearer token with which other machines may read /metrics [default: only this machine may]
    #[arg(long, value_name = "TOKEN", env = "VILLAGE_LEDGER_METRICS_TOKEN", hide_env_values = true)]
    pub metrics_token: Option<String>,
}

impl Options {
    /// These settings; where one is not given, that of `other`.
    pub fn or(self, other: Self) -> Self {
        let Self {
            listen,
            public_address,
            tls_cert,
            tls_key,
            behind_proxy,
            no_mdns,
            max_connections,
            ui,
            log,
            log_format,
            metrics_token,
        } = self;
        Self {
            listen: listen.or(other.listen),
            public_address: public_address.or(other.public_address),
            tls_cert: tls_cert.or(other.tls_cert),
            tls_key: tls_key.or(other.tls_key),
            behind_proxy: behind_proxy.or(other.behind_proxy),
            no_mdns: no_mdns.or(other.no_mdns),
            max_connections: max_connections.or(other.max_connections),
            ui: ui.or(other.ui),
            log: log.or(other.log),
            log_format: log_format.or(other.log_format),
            metrics_token: metrics_token.or(other.metrics_token),
        }
    }

    /// These settings, completed from files: `named`, or without one the system's and that in the server's data, which
    /// counts more.
    pub fn with_files(self, named: Option<&Path>, data: &Path) -> Result<Self, ConfigError> {
        if let Some(path) = named {
            return Ok(self.or(read(path)?));
        }
        let mut options = self.or(read_if_there(&data.join(IN_DATA))?);
        #[cfg(unix)]
        {
            options = options.or(read_if_there(Path::new(SYSTEM))?);
        }
        Ok(options)
    }
}

fn read(path: &Path) -> Result<Options, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    let wrong = |error: toml::de::Error| ConfigError::Content {
        path: path.to_owned(),
        why: error.to_string().trim_end().to_owned(),
    };
    toml::from_str(&text).map_err(wrong)
}

fn read_if_there(path: &Path) -> Result<Options, ConfigError> {
    match read(path) {
        Err(ConfigError::File { source, .. })
            if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
        {
            Ok(Options::default())
        }
        read => read,
    }
}

/// What a server is opened with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder with its data.
    pub data: PathBuf,
    /// Where it listens.
    pub listen: String,
    /// The address that devices and browsers use, without a slash at its end; `None` for one made from where it listens.
    pub public_address: Option<String>,
    /// Its certificate.
    pub certificate: CertificateSource,
    /// Whether a proxy on this machine is believed.
    pub behind_proxy: bool,
    /// Whether it is announced on the local network.
    pub announced: bool,
    /// How many connections may be open at a time.
    pub max_connections: usize,
    /// The folder of the built user interface.
    pub ui: Option<PathBuf>,
    /// The token with which other machines may read the metrics.
    pub metrics_token: Option<String>,
}

impl Config {
    /// A server with its own certificate, which is not announced.
    pub fn new(data: &Path, listen: &str) -> Self {
        Self {
            data: data.to_owned(),
            listen: listen.to_owned(),
            public_address: None,
            certificate: CertificateSource::Own,
            behind_proxy: false,
            announced: false,
            max_connections: MOST_CONNECTIONS,
            ui: None,
            metrics_token: None,
        }
    }

    /// What these settings mean for the data in a folder.
    pub fn from_options(options: &Options, data: &Path) -> Result<Self, ConfigError> {
        let certificate = match (options.tls_cert.clone(), options.tls_key.clone()) {
            (None, None) => CertificateSource::Own,
            (Some(certificate), Some(key)) => CertificateSource::Given { certificate, key },
            (Some(_), None) => return unfit("--tls-cert needs --tls-key, the certificate's key"),
            (None, Some(_)) => return unfit("--tls-key needs --tls-cert, the key's certificate"),
        };
        let behind_proxy = options.behind_proxy.unwrap_or_default();
        let public_address = options.public_address.as_deref().map(public_address).transpose()?;
        if behind_proxy && public_address.is_none() {
            return unfit("--behind-proxy needs --public-address, the address at which the proxy answers");
        }
        let max_connections = options.max_connections.unwrap_or(MOST_CONNECTIONS);
        if !(2..=1_000_000).contains(&max_connections) {
            return unfit("--max-connections is a number from 2 to 1000000");
        }
        if options.metrics_token.as_ref().is_some_and(|token| token.len() < 16) {
            return unfit("--metrics-token has at least 16 characters");
        }
        let listen = options.listen.as_deref().unwrap_or("127.0.0.1:8770");
        Ok(Self {
            public_address,
            certificate,
            behind_proxy,
            announced: !options.no_mdns.unwrap_or_default(),
            max_connections,
            ui: options.ui.clone(),
            metrics_token: options.metrics_token.clone(),
            ..Self::new(data, listen)
        })
    }
}

fn unfit<T>(why: &str) -> Result<T, ConfigError> {
    Err(ConfigError::Unfit(why.to_owned()))
}

/// Checks a public address: scheme, host and perhaps a port. Between machines only https is used.
fn public_address(text: &str) -> Result<String, ConfigError> {
    let text = text.trim().trim_end_matches('/');
    let wrong = || {
        let why = format!("--public-address: {text:?} is no address such as https://ledger.example:8770");
        ConfigError::Unfit(why)
    };
    let address: axum::http::Uri = text.parse().map_err(|_| wrong())?;
    let host = address.host().ok_or_else(wrong)?;
    let plain = match address.scheme_str() {
        Some("https") => false,
        Some("http") => true,
        _ => return Err(wrong()),
    };
    if address.path() != "/" || address.query().is_some() || text.contains(['@', '#']) {
        return Err(wrong());
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let local =
        bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if plain && !local {
        return unfit(
            "--public-address: devices do not use http:// between machines; give an https:// address",
        );
    }
    Ok(text.to_owned())
}
