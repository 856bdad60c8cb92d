// SPDX-License-Identifier: GPL-2.0-only
//! The program: see `qmi_modem::cli`.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use qmi_modem::cli::{self, Arguments};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    match cli::main(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("qmi-modem: {error}");
            ExitCode::FAILURE
        }
    }
}
