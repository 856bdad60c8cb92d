// SPDX-License-Identifier: GPL-2.0-only
//! The program: see the library.

use std::process::ExitCode;

use clap::Parser;
use traffic::cli::{self, Arguments};

fn main() -> ExitCode {
    match cli::main(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("traffic: {error}");
            ExitCode::FAILURE
        }
    }
}
