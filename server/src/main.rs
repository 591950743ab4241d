//! `trechod`: see [`trecho_server::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    trecho_server::cli::main(std::env::args_os())
}
