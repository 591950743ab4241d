//! `trechod cert`: a certificate that nobody but its own key has signed, for servers whose clients
//! are given the certificate, or are shown the key's fingerprint once.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use color_eyre::eyre::{self, WrapErr, eyre};
use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData as _, date_time_ymd};
use rustls::pki_types::ServerName;
use trecho_shared::fingerprint::KeyFingerprint;

use super::{Failure, tell};

/// For whom, and where to.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// A name or address by which clients reach the server; say it again for each
    #[arg(long, value_name = "NAME", required = true, value_parser = host)]
    host: Vec<String>,
    /// The directory for cert.pem and key.pem; files that are there stay as they are
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// A name or an address that a certificate can be for.
fn host(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let known = ServerName::try_from(name).is_ok();
    known.then(|| text.to_owned()).ok_or_else(|| {
        "expected a name such as booking.example.com, or an address such as 203.0.113.7, without a \
         port; a name with accents in the form that begins with xn--"
            .to_owned()
    })
}

pub(super) fn cert(options: &Options) -> Result<(), Failure> {
    let cert = options.out.join("cert.pem");
    let key = options.out.join("key.pem");
    fs::create_dir_all(&options.out).wrap_err_with(|| {
        format!("cannot make {}; name a directory with --out", options.out.display())
    })?;
    for path in [&cert, &key] {
        if path.symlink_metadata().is_ok() {
            return Err(occupied(path).into());
        }
    }
    let (pair, text) = self_signed(&options.host)?;
    // The key first: a certificate without one would be in the way of the next attempt as well.
    write(&key, &pair.serialize_pem(), 0o600)?;
    write(&cert, &text, 0o644)?;
    let fingerprint = KeyFingerprint::of_public_key(&pair.subject_public_key_info());
    tell(&format!(
        "{} and {} are for {}; the key is {fingerprint}",
        cert.display(),
        key.display(),
        options.host.join(", ")
    ));
    Ok(())
}

/// A new key and its certificate, as PEM. It does not expire while anyone remembers it: whoever
/// pins a key is told by nobody that a date has come.
fn self_signed(hosts: &[String]) -> eyre::Result<(KeyPair, String)> {
    let mut params = CertificateParams::new(hosts)?;
    params.distinguished_name.push(DnType::CommonName, hosts[0].as_str());
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2046, 1, 1);
    let pair = KeyPair::generate()?;
    let cert = params.self_signed(&pair)?;
    Ok((pair, cert.pem()))
}

fn write(path: &Path, text: &str, mode: u32) -> eyre::Result<()> {
    let mut file = match OpenOptions::new().write(true).create_new(true).mode(mode).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(occupied(path)),
        Err(error) => return Err(error).wrap_err_with(unwritable(path)),
    };
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).wrap_err_with(unwritable(path))
}

fn unwritable(path: &Path) -> impl Fn() -> String {
    move || format!("cannot write {}; name another directory with --out", path.display())
}

fn occupied(path: &Path) -> eyre::Report {
    eyre!(
        "{} is there already, and clients may know its key: name another directory with --out, or \
         move it away",
        path.display()
    )
}
