//! Tables of text: columns as wide as what is in them.

use trecho_shared::text::scrub;

/// Rows of cells under their headings, or `nothing` if there are none. Text from afar is scrubbed.
pub(super) fn table<const N: usize>(
    headings: [&str; N],
    rows: &[[String; N]],
    nothing: &str,
) -> String {
    if rows.is_empty() {
        return format!("{nothing}\n");
    }
    let rows: Vec<[String; N]> =
        rows.iter().map(|row| row.each_ref().map(|cell| scrub(cell))).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([headings[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    let body = rows.iter().map(|row| line(row.each_ref().map(String::as_str)));
    std::iter::once(line(headings)).chain(body).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_control_characters_stay_out() {
        let rows =
            [["1".to_owned(), "São\u{1b} Paulo".to_owned()], ["20".to_owned(), "x".to_owned()]];
        assert_eq!(table(["N", "CITY"], &rows, "none"), "N   CITY\n1   São Paulo\n20  x\n");
        assert_eq!(table::<1>(["N"], &[], "none"), "none\n");
    }
}
