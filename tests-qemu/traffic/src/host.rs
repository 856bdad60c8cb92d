// SPDX-License-Identifier: GPL-2.0-only
//! The host of the guest, at the control port.

use std::io::{stdin, stdout, Write};

use crate::error::{Error, Result};

/// Has the host read its counters.
pub fn mark() -> Result<()> {
    ask("mark")
}

/// Tells the host what came of it, as words KEY=VALUE.
pub fn result(text: &str) -> Result<()> {
    ask(&format!("result {text}"))
}

fn ask(line: &str) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    match answer.trim_end() {
        "ok" => Ok(()),
        other => Err(Error::Host(other.to_owned())),
    }
}
