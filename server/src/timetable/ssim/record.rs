//! What a line is: one of the five records, or padding.

/// Every record is as long as this.
pub(super) const COLUMNS: usize = 200;

/// The kinds of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    /// Fills a block of a tape: zeros, or nothing.
    Padding,
    /// 1: begins the file.
    Header,
    /// 2: begins the legs of a carrier.
    Carrier,
    /// 3: a leg, on all the days on which it flies.
    Leg,
    /// 4: more about the leg before it.
    Segment,
    /// 5: ends the legs of a carrier.
    Trailer,
}

impl Record {
    /// What a line is, or why it is nothing.
    pub(super) fn of(line: &[u8]) -> Result<Self, String> {
        let padding = line.iter().all(|byte| *byte == b'0')
            || line.iter().all(|byte| matches!(byte, b' ' | b'\t' | 0x1a));
        if padding {
            return Ok(Self::Padding);
        }
        let record = match line.first() {
            Some(b'1') => Self::Header,
            Some(b'2') => Self::Carrier,
            Some(b'3') => Self::Leg,
            Some(b'4') => Self::Segment,
            Some(b'5') => Self::Trailer,
            _ => return Err("no record begins like this: expected 1 to 5 in column 1".into()),
        };
        match width(line) {
            COLUMNS => Ok(record),
            width => Err(format!("{width} columns instead of {COLUMNS}")),
        }
    }
}

/// How many columns a line has: free text may be in UTF-8 or in an encoding of a byte a character.
fn width(line: &[u8]) -> usize {
    std::str::from_utf8(line).map_or(line.len(), |text| text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_column_tells_the_record() {
        for (digit, record) in [
            (b'1', Record::Header),
            (b'2', Record::Carrier),
            (b'3', Record::Leg),
            (b'4', Record::Segment),
            (b'5', Record::Trailer),
        ] {
            let mut line = [b' '; COLUMNS];
            line[0] = digit;
            assert_eq!(Record::of(&line), Ok(record));
        }
    }

    #[test]
    fn zeros_and_blanks_are_padding_however_long() {
        for line in [&[b'0'; COLUMNS][..], b"0000", b"", b"  ", b"\x1a"] {
            assert_eq!(Record::of(line), Ok(Record::Padding));
        }
    }

    #[test]
    fn a_line_of_another_length_is_no_record() {
        let short = Record::of(&[b'3'; 187]).unwrap_err();
        assert_eq!(short, "187 columns instead of 200");
        assert!(Record::of(&[b'3'; 201]).is_err());
        assert!(Record::of(b"6").unwrap_err().contains("expected 1 to 5"));
        assert!(Record::of(b"00001").is_err());
    }

    #[test]
    fn free_text_counts_by_the_character() {
        let title = "1São Paulo";
        let utf8 = format!("{title}{}", " ".repeat(190));
        assert_eq!((utf8.len(), Record::of(utf8.as_bytes())), (201, Ok(Record::Header)));
        let mut latin1 = [b' '; COLUMNS];
        (latin1[0], latin1[5]) = (b'4', 0xe3);
        assert_eq!(Record::of(&latin1), Ok(Record::Segment));
    }
}
