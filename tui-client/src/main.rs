//! `trecho`.

use std::process::ExitCode;

fn main() -> ExitCode {
    trecho_tui::cli::main()
}
