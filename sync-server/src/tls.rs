//! The server's certificate: its own, made at first start, or one that it was given.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use chrono::{DateTime, Datelike as _, Utc};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use wire::sync::Pin;

/// The folder, within the server's data, of the certificate that it made for itself.
const FOLDER: &str = "tls";
const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";
/// For how long the server's own certificate says that it is good, in years. Devices do not look at that: they know it.
const YEARS: i32 = 10;

/// Makes ring what this process encrypts with where nobody says otherwise.
pub(crate) fn install() {
    // Somebody was first: then it is installed.
    drop(ring::default_provider().install_default());
}

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{} holds no {what}: {why}", .path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
        /// Why it is none.
        why: String,
    },
    /// One of the two files of the server's own certificate is gone. Another one would lock out every device.
    #[error(
        "{} is incomplete: put back {CERTIFICATE} and {KEY} from a backup. If there is none, remove the folder; the server \
         then makes another certificate, and every device must be enrolled again", .0.display()
    )]
    Incomplete(PathBuf),
    /// The certificate cannot be used.
    #[error("the certificate cannot be used: {0}")]
    Unusable(String),
}

/// Where a certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateSource {
    /// The server makes its own at first start.
    Own,
    /// Files in PEM form: the certificate with those that lead to an authority, and its key.
    Given {
        /// The certificates, the server's first.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
}

/// The certificate that is shown. A given one can be read again while the server runs.
#[derive(Debug)]
pub struct Certificates {
    source: CertificateSource,
    shown: RwLock<Arc<CertifiedKey>>,
}

impl Certificates {
    /// The certificate of a server whose data lies in `folder`; makes one if it is to have its own and has none.
    pub fn open(folder: &Path, source: CertificateSource, now: DateTime<Utc>) -> Result<Self, TlsError> {
        let shown = match &source {
            CertificateSource::Own => own(&folder.join(FOLDER), now)?,
            CertificateSource::Given { certificate, key } => load(certificate, key)?,
        };
        Ok(Self { source, shown: RwLock::new(Arc::new(shown)) })
    }

    /// Reads a given certificate again. The one that was shown stays if the files cannot be used.
    pub fn reload(&self) -> Result<(), TlsError> {
        if let CertificateSource::Given { certificate, key } = &self.source {
            let read = Arc::new(load(certificate, key)?);
            *self.shown.write().unwrap_or_else(std::sync::PoisonError::into_inner) = read;
        }
        Ok(())
    }

    /// Whether the server made it, so that devices must pin it.
    pub fn is_own(&self) -> bool {
        self.source == CertificateSource::Own
    }

    /// The SHA-256 of the certificate that is shown.
    pub fn pin(&self) -> Pin {
        Pin::of_certificate(self.current().cert.first().map(AsRef::as_ref).unwrap_or_default())
    }

    fn current(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.shown.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

/// How connections are encrypted.
pub(crate) fn config(certificates: Arc<Certificates>) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Unusable(error.to_string()))?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The server's own certificate, made now if there is none.
fn own(folder: &Path, now: DateTime<Utc>) -> Result<CertifiedKey, TlsError> {
    let (certificate, key) = (folder.join(CERTIFICATE), folder.join(KEY));
    if !folder.exists() {
        make(folder, now)?;
    }
    match (certificate.exists(), key.exists()) {
        (true, true) => load(&certificate, &key),
        _ => Err(TlsError::Incomplete(folder.to_owned())),
    }
}

fn load(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let wrong = |path: &Path, what, error: rustls::pki_types::pem::Error| match error {
        rustls::pki_types::pem::Error::Io(source) => TlsError::File { path: path.to_owned(), source },
        other => TlsError::Content { path: path.to_owned(), what, why: other.to_string() },
    };
    let not_one = |error| wrong(certificate, "certificate", error);
    let chain = CertificateDer::pem_file_iter(certificate)
        .map_err(not_one)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(not_one)?;
    if chain.is_empty() {
        let why = "there is none in the file".to_owned();
        return Err(TlsError::Content { path: certificate.to_owned(), what: "certificate", why });
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, "private key", error))?;
    CertifiedKey::from_der(chain, key, &ring::default_provider())
        .map_err(|error| TlsError::Unusable(error.to_string()))
}

/// Makes a certificate and its key. The folder gets its name when both are whole and on the medium.
fn make(folder: &Path, now: DateTime<Utc>) -> Result<(), TlsError> {
    let unusable = |error: rcgen::Error| TlsError::Unusable(error.to_string());
    let key = KeyPair::generate().map_err(unusable)?;
    let mut params = CertificateParams::new(names()).map_err(unusable)?;
    params.distinguished_name.push(DnType::CommonName, "Village Ledger");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let today = |years| date_time_ymd(now.year() + years, u8::try_from(now.month()).unwrap_or(1), 1);
    (params.not_before, params.not_after) = (today(0), today(YEARS));
    let certificate = params.self_signed(&key).map_err(unusable)?;

    let failed = |source| TlsError::File { path: folder.to_owned(), source };
    let unfinished = folder.with_extension("new");
    match fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    create_folder(&unfinished).map_err(failed)?;
    write(&unfinished.join(CERTIFICATE), &certificate.pem()).map_err(failed)?;
    write(&unfinished.join(KEY), &key.serialize_pem()).map_err(failed)?;
    sync(&unfinished).map_err(failed)?;
    fs::rename(&unfinished, folder).map_err(failed)?;
    folder.parent().map_or(Ok(()), sync).map_err(failed)
}

/// What the certificate calls the server. Browsers look at it; devices do not.
fn names() -> Vec<String> {
    let addresses = if_addrs::get_if_addrs().unwrap_or_default().into_iter().map(|interface| interface.ip());
    let usable = addresses.filter(|address| match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(six) => !six.is_unicast_link_local(),
    });
    std::iter::once("localhost".to_owned()).chain(usable.map(|address| address.to_string())).collect()
}

/// A folder, or a file, that nobody but the server's own account can read.
#[cfg(unix)]
fn create_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Makes names in a folder outlast a power cut.
#[cfg(unix)]
fn sync(folder: &Path) -> std::io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> std::io::Result<()> {
    Ok(())
}
