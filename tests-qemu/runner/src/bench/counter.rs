// SPDX-License-Identifier: GPL-2.0-only
//! What the plugin in QEMU has counted.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Result};

/// The plugin answers in milliseconds; a busy machine may take longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to the plugin.
pub struct Counter {
    stream: BufReader<UnixStream>,
}

/// Instructions executed since the guest was switched on.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// In user space.
    pub user: u64,
    /// In blocks of the kernel, by their addresses.
    pub kernel: HashMap<u64, u64>,
}

impl Counter {
    /// Connects to the plugin, which listens.
    pub fn connect(socket: &Path) -> Result<Self> {
        let stream = UnixStream::connect(socket).map_err(Error::file(socket))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// What was counted up to now.
    pub fn read(&mut self) -> Result<Snapshot> {
        self.stream.get_mut().write_all(b"read\n")?;
        let mut snapshot = Snapshot::default();
        let mut line = String::new();
        while self.stream.read_line(&mut line)? > 0 {
            if line.trim_end() == "." {
                return Ok(snapshot);
            }
            snapshot.take(&line).ok_or_else(|| strange(&line))?;
            line.clear();
        }
        Err(strange("the end"))
    }
}

fn strange(line: &str) -> Error {
    Error::Counter(line.trim_end().to_owned())
}

impl Snapshot {
    fn take(&mut self, line: &str) -> Option<()> {
        let (place, count) = line.trim_end().split_once(' ')?;
        let count = count.parse().ok()?;
        if place == "user" {
            self.user = count;
        } else {
            let address = u64::from_str_radix(place, 16).ok()?;
            self.kernel.insert(address, count);
        }
        Some(())
    }

    /// What was counted after `before`.
    pub fn since(mut self, before: &Self) -> Self {
        self.user -= before.user;
        for (address, count) in &mut self.kernel {
            *count -= before.kernel.get(address).unwrap_or(&0);
        }
        self.kernel.retain(|_, count| *count > 0);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(lines: &[&str]) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for line in lines {
            snapshot.take(line).unwrap();
        }
        snapshot
    }

    #[test]
    fn only_what_was_executed_between_counts() {
        let before = snapshot(&["ffffffff81000000 10", "ffffffff81000100 7", "user 5"]);
        let after = snapshot(&[
            "ffffffff81000000 10",
            "ffffffff81000100 9",
            "ffffffff81000200 1",
            "user 8",
        ]);
        let between = after.since(&before);
        let wanted = snapshot(&["ffffffff81000100 2", "ffffffff81000200 1", "user 3"]);
        assert_eq!(between, wanted);
    }

    #[test]
    fn what_is_no_count_is_refused() {
        let mut snapshot = Snapshot::default();
        assert!(snapshot.take("ffffffff81000000").is_none());
        assert!(snapshot.take("here 1").is_none());
        assert!(snapshot.take("user many").is_none());
    }
}
