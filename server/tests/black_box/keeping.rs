//! What keeps the data of a server safe, by the real program: `verify`.

use std::path::Path;
use std::process::Output;

use crate::common::{Client, Daemon, confirm, run};

const HEADER: &str = "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais";

/// A leg far ahead, with seats enough.
const LEG: &str = "TR7000-20990115-CGH";

fn serve(data: &Path) -> Daemon {
    let csv = data.with_extension("csv");
    let leg = "TR7000,2099-01-15,CGH,SDU,18:00,19:05,320,30x3-3,199.00";
    std::fs::write(&csv, format!("{HEADER}\n{leg}\n")).unwrap();
    Daemon::serve(data, &["--timetable", csv.to_str().unwrap()])
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn told(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a command said that went well.
fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}{}", told(&output.stdout), told(&output.stderr));
    told(&output.stdout)
}

/// What a command complained of, both streams.
fn complaint(output: &Output) -> String {
    let said = told(&output.stdout) + &told(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

fn verify(data: &Path) -> Output {
    run(&["verify", "--data", path(data)])
}

/// Holds a seat and buys it; the locator.
async fn buy(client: &mut Client, key: &str) -> String {
    client.hold(&[LEG.to_owned()]).await;
    let booking = client.ok("cart.confirm", confirm(key)).await;
    booking["locator"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_data_directory_is_verified_beside_its_server_and_after_it() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let output = verify(&data);
    assert!(complaint(&output).contains("there is no ledger in"), "{output:?}");
    let server = serve(&data);
    let mut ana = server.client().await;
    buy(&mut ana, "k").await;
    ana.hold(&[LEG.to_owned()]).await;
    assert!(said(&verify(&data)).contains("is sound"));
    ana.ok("cart.confirm", confirm("once-more")).await;
    server.kill();
    assert!(said(&verify(&data)).contains("is sound"), "as a kill leaves it");

    let vandal = rusqlite::Connection::open(data.join("trecho.db")).unwrap();
    vandal.execute("DELETE FROM claim WHERE seat = 0", ()).unwrap();
    drop(vandal);
    let said = complaint(&verify(&data));
    assert!(said.contains("a ticket that is not cancelled has its seat: ticket 0 of "), "{said}");
    assert!(said.contains("breaks 1 of its rules") && said.contains("from a backup"), "{said}");
}
