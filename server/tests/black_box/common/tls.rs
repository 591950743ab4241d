//! Certificates made by `trechod cert`, and a client of lines over TLS.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto, version};
use trecho_server::TlsFiles;

use super::{Client, run};

/// A pair for `localhost` and 127.0.0.1 in a new directory, and what was said of it.
pub(crate) fn pair(out: &Path) -> (TlsFiles, String) {
    let hosts = ["cert", "--host", "localhost", "--host", "127.0.0.1", "--out"];
    let output = run(&[&hosts[..], &[out.to_str().unwrap()]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = TlsFiles { cert: out.join("cert.pem"), key: out.join("key.pem") };
    (files, String::from_utf8(output.stdout).unwrap())
}

/// The flags that name a pair.
pub(crate) fn flags(files: &TlsFiles) -> [&str; 4] {
    ["--tls-cert", files.cert.to_str().unwrap(), "--tls-key", files.key.to_str().unwrap()]
}

/// A handshake that believes this certificate alone.
pub(crate) async fn shake(
    address: SocketAddr,
    cert: &Path,
    name: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(cert).unwrap()).unwrap();
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let socket = TcpStream::connect(address).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, socket).await
}

/// A client of lines that believes this certificate alone.
pub(crate) async fn client(address: SocketAddr, cert: &Path) -> Client {
    let stream = shake(address, cert, "localhost").await.unwrap();
    let (reader, writer) = tokio::io::split(stream);
    Client::of(Box::new(reader), Box::new(writer))
}
