//! Lines out of bytes, and requests out of lines.

use trecho_shared::codec::{Line, LineDecoder};
use trecho_shared::limits::{EMAIL_BYTES, REQUEST_LINE_BYTES};
use trecho_shared::message::{ConfirmCart, Request};
use trecho_shared::rpc::{Call, ErrorObject, ProtocolError};

/// Short, so that a fuzzer comes to the limit with few bytes.
const LINE_BYTES: usize = 48;

/// The same bytes give the same lines, however they are cut, and no more is kept than one line.
/// The first byte says how they are cut.
pub fn codec(input: &[u8]) {
    let Some((&cut, bytes)) = input.split_first() else { return };
    let whole = lines(bytes, bytes.len());
    assert_eq!(lines(bytes, usize::from(cut)), whole, "cut in pieces of {cut}");
    assert_eq!(lines(bytes, 1), whole, "byte by byte");
    for line in whole.iter().flatten() {
        assert!(line.len() <= LINE_BYTES && !line.contains(&b'\n'));
    }
}

/// The lines, `None` for the one that is too long, after which there are none.
fn lines(mut bytes: &[u8], piece: usize) -> Vec<Option<Vec<u8>>> {
    let mut decoder = LineDecoder::new(LINE_BYTES);
    let mut lines = Vec::new();
    while !bytes.is_empty() {
        let taken = decoder.push(&bytes[..piece.clamp(1, bytes.len())]);
        bytes = &bytes[taken..];
        assert!(decoder.pending() <= LINE_BYTES + 2, "more is kept than one line");
        let mut found = false;
        while let Some(line) = decoder.next_line() {
            found = true;
            match line {
                Line::Whole(line) => lines.push(Some(line.to_vec())),
                Line::TooLong => {
                    lines.push(None);
                    return lines;
                }
            }
        }
        assert!(taken > 0 || found, "neither takes bytes nor gives a line");
        decoder.release_memory();
    }
    lines
}

/// Every line is a request or an error with one of the protocol's codes, and what is said about it
/// can be shown.
pub fn requests(input: &[u8]) {
    for line in input.split(|byte| *byte == b'\n').filter(|line| line.len() <= REQUEST_LINE_BYTES) {
        let read = Call::read(line).map_err(|(error, _)| error).and_then(|call| {
            let request = Request::read(&call)?;
            assert_eq!(call.method, request.method());
            Ok(request)
        });
        match read {
            Ok(request) => assert_clean(&request),
            Err(error) => assert_told(&error),
        }
    }
}

/// Free text in a request is as clean as text can be.
fn assert_clean(request: &Request) {
    let texts = match request {
        Request::SessionOpen(open) => open.name.iter().map(ToString::to_string).collect(),
        Request::LegsSearch(search) => search.text.iter().map(ToString::to_string).collect(),
        Request::CartConfirm(confirm) => {
            let names = confirm.passengers.iter();
            let names = names.flat_map(|one| [one.first_name.as_str(), one.last_name.as_str()]);
            names.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    for text in texts {
        assert_eq!(trecho_shared::text::clean(&text).as_deref(), Ok(&*text), "not clean");
    }
    // An address may be longer than other texts, and every byte of it prints.
    if let Request::CartConfirm(ConfirmCart { email: Some(email), .. }) = request {
        let text = email.as_str();
        assert!(text.len() <= EMAIL_BYTES, "{} bytes of address", text.len());
        assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "not clean");
        assert_eq!(text.parse().as_ref(), Ok(email));
    }
}

fn assert_told(error: &ProtocolError) {
    let ErrorObject { code, message, data } = ErrorObject::from(error);
    assert!((-32700..=-32600).contains(&code) && data.is_none(), "{code}");
    assert!(message.len() <= 2_048, "{} bytes of complaint", message.len());
    super::assert_shown(&message);
}
