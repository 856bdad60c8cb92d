// SPDX-License-Identifier: GPL-2.0-only
//! The log that tests read: one JSON object a line, each flushed at once.
//!
//! Every line has `time` (seconds since start), `event` and that event's own keys. README.md of this
//! crate lists them; a key, once there, keeps its name and meaning.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use serde_json::{json, Map, Value};
use tracing::{debug, error};

use crate::hex;
use crate::hostile::Wrong;

/// A handle to the log; copies write to the same one.
#[derive(Clone)]
pub struct EventLog(Rc<Inner>);

struct Inner {
    start: Instant,
    payload: bool,
    writer: RefCell<Option<Box<dyn Write>>>,
}

impl EventLog {
    /// A log to a new file at `path`. With `payload`, the bytes of bulk transfers are written too.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path, payload: bool) -> io::Result<Self> {
        Ok(Self::to(Box::new(File::create(path)?), payload))
    }

    /// A log to any writer.
    pub fn to(writer: Box<dyn Write>, payload: bool) -> Self {
        Self::new(Some(writer), payload)
    }

    /// A log that keeps nothing; events still reach `tracing`.
    pub fn none() -> Self {
        Self::new(None, false)
    }

    fn new(writer: Option<Box<dyn Write>>, payload: bool) -> Self {
        Self(Rc::new(Inner {
            start: Instant::now(),
            payload,
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

    /// The payload of a transfer as hexadecimal text, or null unless payloads are wanted.
    pub fn payload(&self, bytes: &[u8]) -> Value {
        if self.0.payload {
            json!(hex::encode(bytes))
        } else {
            Value::Null
        }
    }
}
