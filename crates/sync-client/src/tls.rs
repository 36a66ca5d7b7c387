//! How a device knows its server: by the one certificate that it was told of, or by authorities where it was told of none.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use wire::sync::Pin;
use wire::{ApiError, ErrorCode};

/// Makes ring what this process encrypts with where nobody says otherwise.
pub(crate) fn install() {
    // Somebody was first: then it is installed.
    drop(ring::default_provider().install_default());
}

/// How a connection is encrypted. With a pin, this very certificate is asked for, whatever it says of names and dates.
pub(crate) fn config(
    pin: Option<Pin>,
    authorities: &[CertificateDer<'static>],
) -> Result<ClientConfig, ApiError> {
    let wrong = |error: Error| ApiError::new(ErrorCode::Internal, error.to_string());
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(wrong)?;
    let mut config = match pin {
        Some(pin) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Pinned { pin, provider }))
            .with_no_client_auth(),
        None => {
            let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
            for authority in authorities {
                roots.add(authority.clone()).map_err(wrong)?;
            }
            builder.with_root_certificates(roots).with_no_client_auth()
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Accepts one certificate. That the other side has its key is proved by the handshake's signature, as always.
#[derive(Debug)]
struct Pinned {
    pin: Pin,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.pin.matches(certificate) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What the person is told when the server's certificate was not accepted; `None` when something else failed.
pub(crate) fn refusal(error: &(dyn std::error::Error + 'static)) -> Option<ApiError> {
    let (reason, message) = match certificate_error(error)? {
        CertificateError::ApplicationVerificationFailure => (
            "changed",
            "the server shows another certificate than this device was told of; nothing was sent".to_owned(),
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("expired", "the server's certificate has expired; nothing was sent".to_owned())
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ("name", "the server's certificate is for another name; nothing was sent".to_owned())
        }
        other => {
            ("untrusted", format!("the server's certificate is not trusted ({other}); nothing was sent"))
        }
    };
    Some(ApiError::new(ErrorCode::Certificate, message).because(reason))
}

/// What was wrong with the certificate, found among the causes of an error.
fn certificate_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a CertificateError> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // An I/O error tells the causes of what it wraps, and not that itself.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = match wrapped {
            Some(wrapped) => wrapped.downcast_ref::<Error>(),
            None => error.downcast_ref::<Error>(),
        };
        if let Some(Error::InvalidCertificate(wrong)) = tls {
            return Some(wrong);
        }
        cause = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}
