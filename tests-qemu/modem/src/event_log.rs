// SPDX-License-Identifier: GPL-2.0-only
//! The log that tests read: one JSON object a line, each flushed at once.
//!
//! Every line has `time` (seconds since start), `event` and that event's own keys. README.md of this
//! crate lists them; a key, once there, keeps its name and meaning.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use serde_json::{json, Map, Value};
use tracing::{debug, error};

use crate::hex;
use crate::hostile::Wrong;

/// What is written of a bulk transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bulk {
    /// Nothing: it is only counted.
    Counted,
    /// An event without the bytes.
    Told,
    /// An event with the bytes.
    WithPayload,
}

/// Bulk transfers so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Transfers {
    /// To the host.
    pub inward: u64,
    /// From the host.
    pub outward: u64,
}

/// A handle to the log; copies write to the same one.
#[derive(Clone)]
pub struct EventLog(Rc<Inner>);

struct Inner {
    start: Instant,
    bulk: Bulk,
    transfers: Cell<Transfers>,
    writer: RefCell<Option<Box<dyn Write>>>,
}

impl EventLog {
    /// A log to a new file at `path`.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path, bulk: Bulk) -> io::Result<Self> {
        Ok(Self::to(Box::new(File::create(path)?), bulk))
    }

    /// A log to any writer.
    pub fn to(writer: Box<dyn Write>, bulk: Bulk) -> Self {
        Self::new(Some(writer), bulk)
    }

    /// A log that keeps nothing; events still reach `tracing`.
    pub fn none() -> Self {
        Self::new(None, Bulk::Told)
    }

    fn new(writer: Option<Box<dyn Write>>, bulk: Bulk) -> Self {
        Self(Rc::new(Inner {
            start: Instant::now(),
            bulk,
            transfers: Cell::default(),
            writer: RefCell::new(writer),
        }))
    }

    /// Writes one event. `fields` is a JSON object.
    pub fn event(&self, name: &str, fields: Value) {
        debug!(target: "event", name, %fields);
        let mut writer = self.0.writer.borrow_mut();
        let Some(out) = writer.as_mut() else { return };
        let mut line = Map::new();
        line.insert(
            "time".to_owned(),
            json!(self.0.start.elapsed().as_secs_f64()),
        );
        line.insert("event".to_owned(), json!(name));
        if let Value::Object(fields) = fields {
            line.extend(fields);
        }
        let written = writeln!(out, "{}", Value::Object(line)).and_then(|()| out.flush());
        if let Err(reason) = written {
            error!("the event log ends here: {reason}");
            *writer = None;
        }
    }

    /// Writes what is wrong in a hostile case.
    pub fn hostile(&self, number: u64, wrongs: &[Wrong]) {
        let wrongs: Vec<String> = wrongs.iter().map(Wrong::to_string).collect();
        self.event("hostile", json!({ "case": number, "wrong": wrongs }));
    }

    /// Counts a bulk transfer to the host, or from it, and writes it.
    pub fn bulk(&self, inward: bool, data: &[u8], fields: impl FnOnce(&str, Value) -> Value) {
        let mut transfers = self.transfers();
        let (direction, count) = match inward {
            true => ("in", &mut transfers.inward),
            false => ("out", &mut transfers.outward),
        };
        *count += 1;
        self.0.transfers.set(transfers);
        let payload = match self.0.bulk {
            Bulk::Counted => return,
            Bulk::Told => Value::Null,
            Bulk::WithPayload => json!(hex::encode(data)),
        };
        self.event("bulk", fields(direction, payload));
    }

    /// The bulk transfers so far.
    pub fn transfers(&self) -> Transfers {
        self.0.transfers.get()
    }
}
