// SPDX-License-Identifier: GPL-2.0-only
//! The program: see `qmi_modem::cli`.

use std::process::ExitCode;

use clap::Parser;
use qmi_modem::cli::{self, Arguments};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match cli::main(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("qmi-modem: {error}");
            ExitCode::FAILURE
        }
    }
}
