//! The configuration file's text.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// No file of settings has more bytes than this.
const MOST_BYTES: u64 = 64 * 1024;

/// What the file says: all of it, or why not.
pub(super) fn text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        let long = "it has more than 64 KiB, and settings have not; is it another file?";
        return Err(io::Error::new(ErrorKind::FileTooLarge, long));
    }
    String::from_utf8(bytes).map_err(|error| {
        let sound = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = sound.split(|byte| *byte == b'\n').count();
        let coded = format!("line {line} is not UTF-8; save the file as UTF-8");
        io::Error::new(ErrorKind::InvalidData, coded)
    })
}
