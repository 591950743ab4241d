//! What the container images say of themselves, as far as that can be seen without an engine.

use std::path::Path;

#[test]
fn the_image_says_the_version_of_the_program_in_it() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Dockerfile");
    let file = std::fs::read_to_string(file).unwrap();
    let version = file.lines().find_map(|line| line.strip_prefix("ARG TRECHO_VERSION="));
    assert_eq!(version, Some(env!("CARGO_PKG_VERSION")));
}
