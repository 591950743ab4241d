//! Servers with certificates of every kind, on real sockets.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, PublicKeyData};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::link::stream::{self, OpenError, Stream};

/// What a client says once it believes the server.
const SECRET: &[u8] = b"a token";

/// A server that shows one certificate.
struct Server {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Server {
    async fn with(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Self {
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    /// With a certificate that its own key has signed.
    async fn signing_itself(key: &KeyPair, params: CertificateParams) -> Self {
        Self::with(vec![params.self_signed(key).unwrap().into()], key).await
    }

    fn address(&self) -> Address {
        Address::new("127.0.0.1", self.listener.local_addr().unwrap().port())
    }

    /// Waits for one client and hears what it says; nothing if it does not believe the server.
    fn hear(self) -> JoinHandle<Vec<u8>> {
        tokio::spawn(async move {
            let (socket, _) = self.listener.accept().await.unwrap();
            let mut heard = Vec::new();
            if let Ok(mut stream) = self.acceptor.accept(socket).await {
                // Ended or reset: what counts is what came.
                let _ = stream.read_to_end(&mut heard).await;
            }
            heard
        })
    }
}

fn params(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).unwrap()
}

fn print(key: &KeyPair) -> KeyFingerprint {
    KeyFingerprint::of_public_key(&key.subject_public_key_info())
}

/// Opens a connection and says the secret, if the server is believed.
async fn visit(trust: &Trust, address: &Address) -> Result<(), OpenError> {
    let channel = trust.channel().unwrap();
    let socket = TcpStream::connect((address.host(), address.port())).await.unwrap();
    let mut stream: Stream = stream::open(socket, &channel).await?;
    stream.write_all(SECRET).await.unwrap();
    stream.shutdown().await.unwrap();
    Ok(())
}

/// Why the visit came to nothing, after a look that nothing was said.
async fn doubt(server: Server, trust: &Trust) -> Distrust {
    let address = server.address();
    let heard = server.hear();
    let distrust = match visit(trust, &address).await {
        Err(OpenError::Distrusted(distrust)) => *distrust,
        other => panic!("{other:?}"),
    };
    assert_eq!(heard.await.unwrap(), b"");
    distrust
}

async fn is_believed(server: Server, trust: &Trust) {
    let address = server.address();
    let heard = server.hear();
    visit(trust, &address).await.unwrap();
    assert_eq!(heard.await.unwrap(), SECRET);
}

/// A data directory, and what is demanded of a server by whom it remembers.
fn passenger() -> (TempDir, impl Fn(&Grounds, &Address) -> Trust) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().to_owned();
    (directory, move |grounds, address| Trust::with_tls(grounds, address, &data).unwrap())
}

#[tokio::test]
async fn a_stranger_hears_nothing_until_its_key_is_accepted_and_is_known_from_then_on() {
    let (_data, trust_in) = passenger();
    let key = KeyPair::generate().unwrap();
    let server = Server::signing_itself(&key, params("127.0.0.1")).await;
    let address = server.address();
    let mut trust = trust_in(&Grounds::Known, &address);
    let distrust = doubt(server, &trust).await;
    assert_eq!((distrust.key, distrust.why), (print(&key), Doubt::Unknown));
    assert!(!trust.has_news());
    trust.accept(print(&key));
    is_believed(Server::signing_itself(&key, params("127.0.0.1")).await, &trust).await;
    assert!(trust.has_news());
    trust.remember().unwrap();
    assert!(!trust.has_news());
    // The next start, with a renewed certificate for the same key: for another name, and expired.
    let mut renewed = params("renewed.example.com");
    renewed.not_after = rcgen::date_time_ymd(2001, 1, 1);
    renewed.not_before = rcgen::date_time_ymd(2000, 1, 1);
    let again = trust_in(&Grounds::Known, &address);
    is_believed(Server::signing_itself(&key, renewed).await, &again).await;
}

#[tokio::test]
async fn a_key_that_changed_is_refused_whoever_signed_the_certificate() {
    let (_data, trust_in) = passenger();
    let (old, new) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let server = Server::signing_itself(&new, params("127.0.0.1")).await;
    let address = server.address();
    let mut trust = trust_in(&Grounds::Key(print(&old)), &address);
    trust.remember().unwrap();
    let Distrust { key, why, .. } = doubt(server, &trust).await;
    assert_eq!(key, print(&new));
    match why {
        Doubt::Changed { remembered, file } => {
            assert_eq!(remembered, print(&old));
            assert!(file.ends_with("known_servers"), "{file}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_key_that_was_named_decides_over_what_is_remembered_and_is_remembered_once_it_was_shown()
{
    let (_data, trust_in) = passenger();
    let (old, new) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let server = Server::signing_itself(&new, params("127.0.0.1")).await;
    let address = server.address();
    trust_in(&Grounds::Key(print(&old)), &address).remember().unwrap();
    let wrong = trust_in(&Grounds::Key(print(&old)), &address);
    assert_eq!(doubt(server, &wrong).await.why, Doubt::NotNamed);
    let mut right = trust_in(&Grounds::Key(print(&new)), &address);
    is_believed(Server::signing_itself(&new, params("127.0.0.1")).await, &right).await;
    right.remember().unwrap();
    let later = trust_in(&Grounds::Known, &address);
    is_believed(Server::signing_itself(&new, params("127.0.0.1")).await, &later).await;
}

#[tokio::test]
async fn authorities_that_were_named_vouch_for_their_own_and_for_the_right_name_alone() {
    let (data, trust_in) = passenger();
    let mut issuer = params("An Authority");
    issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(issuer, KeyPair::generate().unwrap()).unwrap();
    let file = data.path().join("ca.pem");
    std::fs::write(&file, issuer.pem()).unwrap();
    let grounds = Grounds::Authorities(file);
    let key = KeyPair::generate().unwrap();
    let signed = |name: &str| vec![params(name).signed_by(&key, &issuer).unwrap().into()];
    let server = Server::with(signed("127.0.0.1"), &key).await;
    let trust = trust_in(&grounds, &server.address());
    is_believed(server, &trust).await;
    let unvouched = |distrust: Distrust| match distrust.why {
        Doubt::Unvouched { file, why } => (file.ends_with("ca.pem"), why),
        other => panic!("{other:?}"),
    };
    let other = Server::with(signed("other.example.com"), &key).await;
    let (names_file, why) = unvouched(doubt(other, &trust).await);
    assert!(names_file && why.contains("other.example.com"), "{why}");
    let stranger = Server::signing_itself(&key, params("127.0.0.1")).await;
    assert!(unvouched(doubt(stranger, &trust).await).0);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_hears_nothing_but_a_greeting() {
    let (_data, trust_in) = passenger();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::new("127.0.0.1", listener.local_addr().unwrap().port());
    let heard = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"{\"jsonrpc\":\"2.0\"}\n").await.unwrap();
        let mut heard = Vec::new();
        let _ = socket.read_to_end(&mut heard).await;
        heard
    });
    let trust = trust_in(&Grounds::Known, &address);
    assert!(matches!(visit(&trust, &address).await, Err(OpenError::Plaintext)));
    let heard = heard.await.unwrap();
    assert!(heard.starts_with(&[0x16, 3]), "{heard:?}");
    assert!(!heard.windows(SECRET.len()).any(|window| window == SECRET));
}

#[test]
fn files_that_cannot_be_used_are_named_with_what_to_do() {
    let (data, _) = passenger();
    let address = Address::default();
    let with = |file: &Path| {
        let grounds = Grounds::Authorities(file.to_owned());
        Trust::with_tls(&grounds, &address, data.path()).unwrap_err().to_string()
    };
    let missing = with(&data.path().join("missing.pem"));
    assert!(missing.contains("missing.pem") && missing.contains("--ca"), "{missing}");
    let empty = data.path().join("empty.pem");
    for text in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        std::fs::write(&empty, text).unwrap();
        let error = with(&empty);
        assert!(error.contains("no certificate in") && error.contains("BEGIN"), "{error}");
    }
    std::fs::write(data.path().join("known_servers"), "nonsense\n").unwrap();
    let trust = Trust::with_tls(&Grounds::Known, &address, data.path()).unwrap();
    let error = trust.channel().unwrap_err().to_string();
    assert!(error.contains("known_servers, line 1"), "{error}");
}
