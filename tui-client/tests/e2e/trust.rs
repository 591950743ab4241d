//! Over TLS: who is believed, who is asked about, and who is refused.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rcgen::{CertificateParams, KeyPair};
use trecho_shared::fingerprint::KeyFingerprint;

use crate::company::Company;
use crate::pty::{Pty, trecho};

/// Where a passenger with this home remembers servers.
fn known_servers(home: &Path) -> PathBuf {
    home.join(".local/share/trecho/known_servers")
}

/// The fingerprint that the company gives to whoever asks it.
fn fingerprint(company: &Company) -> String {
    use rcgen::PublicKeyData as _;
    let key = std::fs::read_to_string(company.pair().join("key.pem")).expect("it was made");
    let key = KeyPair::from_pem(&key).expect("it is a key");
    let der = key.subject_public_key_info();
    KeyFingerprint::of_public_key(&der).to_string()
}

#[test]
fn a_stranger_is_asked_about_once_a_renewed_certificate_passes_and_another_key_is_refused() {
    let mut company = Company::encrypted("10m");
    let home = company.home("ana");
    let key = fingerprint(&company);
    let start =
        |company: &Company| Pty::spawn(trecho(&home, &["--tls", &company.address()]), 120, 40);
    let mut pty = start(&company);
    pty.see(&["Unknown server", &key, "trust and remember"]);
    // Enter takes the safe answer, and nothing goes on by itself.
    pty.press("\r");
    pty.see(&["server not trusted", "look at its key"]);
    assert!(!pty.screen().contains("TR1001"));
    pty.press("r");
    pty.see(&["trust and remember"]);
    pty.press("y");
    pty.see(&["TR1001", "● online"]);
    pty.press(" ");
    pty.see(&["412.90", "1A", "expires"]);
    let known = std::fs::read_to_string(known_servers(&home)).expect("it was remembered");
    assert_eq!(known, format!("{} {key}\n", company.address()));

    // The same key with a new certificate, for another name even.
    company.kill();
    renew(company.pair());
    company.start();
    pty.see_that("the cart and a connection", |screen| {
        ["1A", "expires", "● online"].iter().all(|text| screen.contains(text))
    });

    // Another key, at the same address.
    company.kill();
    let other = company.take_pair("other");
    company.start();
    pty.see(&["HAS CHANGED", "nothing was sent", "server not trusted"]);
    pty.press("q");
    pty.press("\x03\x03");
    pty.end();
    pty.is_given_back();
    assert_eq!(std::fs::read_to_string(known_servers(&home)).unwrap(), known);

    // Nor does it pass at the next start, which shows both keys.
    let mut pty = start(&company);
    pty.see_that("both keys", |screen| {
        let screen: String = screen.split_whitespace().collect();
        [&key, &other].iter().all(|key| screen.contains(key.as_str()))
    });
    pty.press("q");
    pty.end();
}

/// A new certificate for the key that is there.
fn renew(pair: &Path) {
    let key = std::fs::read_to_string(pair.join("key.pem")).expect("it was made");
    let key = KeyPair::from_pem(&key).expect("it is a key");
    let params = CertificateParams::new(["renewed.example.com".to_owned()]).expect("a name");
    let cert = params.self_signed(&key).expect("the key signs");
    std::fs::write(pair.join("cert.pem"), cert.pem()).expect("it can be replaced");
}

/// A race of two, with nobody to ask.
fn race(home: &Path, address: &str, more: &[&str], variables: &[(&str, &Path)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trecho"))
        .args(["race", address, "--clients", "2"])
        .args(more)
        .env_clear()
        .env("HOME", home)
        .env("LANG", "en_US.UTF-8")
        .envs(variables.iter().copied())
        .output()
        .expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn where_nobody_can_be_asked_a_stranger_is_refused_with_its_key_and_how_to_accept_it() {
    let company = Company::encrypted("10m");
    let (address, home) = (company.address(), company.home("ana"));
    let key = fingerprint(&company);
    let refused = race(&home, &address, &["--tls"], &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains(&format!("--accept-key {key}")), "{}", said(&refused));
    assert!(!known_servers(&home).exists());

    let wrong = KeyFingerprint::of_public_key(b"another key").to_string();
    let wrong = race(&home, &address, &["--accept-key", &wrong], &[]);
    assert!(said(&wrong).contains(&key), "{}", said(&wrong));
    assert!(!known_servers(&home).exists());

    for flags in [&["--accept-key", &key][..], &["--tls"]] {
        let accepted = race(&home, &address, flags, &[]);
        assert!(accepted.status.success(), "{flags:?}: {}", said(&accepted));
    }
    let known = std::fs::read_to_string(known_servers(&home)).expect("it was remembered");
    assert_eq!(known, format!("{address} {key}\n"));
}

#[test]
fn an_authority_that_was_named_or_is_the_platform_s_needs_nobody_to_be_asked() {
    let company = Company::encrypted("10m");
    let (address, home) = (company.address(), company.home("ana"));
    let cert = company.pair().join("cert.pem");
    let named = race(&home, &address, &["--ca", cert.to_str().unwrap()], &[]);
    assert!(named.status.success(), "{}", said(&named));
    let platform = race(&home, &address, &["--tls"], &[("SSL_CERT_FILE", &cert)]);
    assert!(platform.status.success(), "{}", said(&platform));
    assert!(!known_servers(&home).exists());
    let mut other = Company::encrypted("10m");
    let other = {
        other.take_pair("other");
        other.pair().join("cert.pem")
    };
    let unvouched = race(&home, &address, &["--ca", other.to_str().unwrap()], &[]);
    assert_eq!(unvouched.status.code(), Some(1));
    assert!(said(&unvouched).contains("No authority in"), "{}", said(&unvouched));
}

#[test]
fn neither_side_goes_on_in_plain_text_by_itself() {
    let (plain, encrypted) = (Company::open("10m"), Company::encrypted("10m"));
    let home = plain.home("ana");
    let output = race(&home, &plain.address(), &["--tls"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("does not encrypt"), "{}", said(&output));
    let output = race(&home, &encrypted.address(), &[], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("connect with --tls"), "{}", said(&output));
    let mut pty = Pty::spawn(trecho(&home, &[&encrypted.address()]), 120, 40);
    pty.see(&["start with --tls"]);
    pty.press("q");
    pty.end();
    let mut pty = Pty::spawn(trecho(&home, &["--tls", &plain.address()]), 120, 40);
    pty.see(&["start without --tls"]);
    pty.press("q");
    pty.end();
}

#[test]
fn what_the_operator_s_page_has_passengers_type_reaches_an_encrypted_server() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operating.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let company = Company::encrypted("10m");
    let (address, key) = (company.address(), fingerprint(&company));
    let cert = company.pair().join("cert.pem");
    let here = |word: &str| match word {
        "booking.example.com" => address.clone(),
        "/etc/trecho/cert.pem" => cert.to_str().expect("a path is text").to_owned(),
        word if word.starts_with("SHA256:") => key.clone(),
        word => word.to_owned(),
    };
    let mut tried = Vec::new();
    for (at, line) in page.lines().filter(|line| line.starts_with("trecho ")).enumerate() {
        let command = line.split(" # ").next().unwrap_or_default();
        let words: Vec<String> = command.split_whitespace().skip(1).map(here).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let home = company.home(&format!("passenger-{at}"));
        if words[0] == "race" {
            let output = race(&home, words[words.len() - 1], &words[3..words.len() - 1], &[]);
            assert!(output.status.success(), "{line}: {}", said(&output));
        } else {
            let mut pty = Pty::spawn(trecho(&home, &words), 120, 40);
            if words[0] == "--tls" {
                pty.see(&["Unknown server", &key]);
                pty.press("y");
            }
            pty.see(&["TR1001", "● online"]);
        }
        tried.push(words[if words[0] == "race" { 3 } else { 0 }].to_owned());
    }
    assert_eq!(tried, ["--tls", "--ca", "--accept-key"]);
}
