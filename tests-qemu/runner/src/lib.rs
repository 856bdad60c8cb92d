// SPDX-License-Identifier: GPL-2.0-only
//! Runs the driver in QEMU guests: the tests, the demo and a shell.
//!
//! A guest boots once and runs many scenarios, which are shell scripts; see
//! `tests-qemu/scenarios/lib.sh` for what they can ask of this program.

pub mod bench;
pub mod checks;
pub mod children;
pub mod cli;
pub mod clients;
pub mod comparison;
pub mod defects;
pub mod demo;
pub mod error;
pub mod guest;
pub mod kernel;
pub mod kernel_log;
pub mod markdown;
pub mod matrix;
pub mod modem;
pub mod outcome;
pub mod prepare;
pub mod qemu;
pub mod report;
pub mod run_folder;
pub mod scenario;
pub mod script;
pub mod seed;
pub mod setup;
pub mod shell;
pub mod suite;
pub mod test;
