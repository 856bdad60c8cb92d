// SPDX-License-Identifier: GPL-2.0-only
//! The AT commands that are data: `at/commands.toml`. `at/README.md` tells the format.

use serde::Deserialize;
use thiserror::Error;

use crate::qmi::Value;

const FILE: &str = include_str!("../../at/commands.toml");

/// The command file cannot be used.
#[derive(Debug, Error)]
#[error("AT commands are not valid: {0}")]
pub struct CommandsError(String);

/// What a command changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// What comes is sent back.
    EchoOn,
    /// It is not.
    EchoOff,
    /// The receiver for positions starts.
    StartPositioning,
    /// It stops.
    StopPositioning,
}

/// One command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    name: String,
    #[serde(default)]
    answer: Vec<String>,
    action: Option<Action>,
}

/// What comes of a command.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Lines before the result.
    pub lines: Vec<String>,
    /// What is to be changed.
    pub action: Option<Action>,
}

/// All commands.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commands {
    #[serde(rename = "command")]
    all: Vec<Command>,
}

impl Commands {
    /// Reads the built-in file.
    ///
    /// # Errors
    /// If it is not valid.
    pub fn load() -> Result<Self, CommandsError> {
        toml::from_str(FILE).map_err(|error| CommandsError(error.to_string().replace('\n', " ")))
    }

    /// What comes of the command of that name, in capitals, with `lookup` giving the variables' values; `None` if it is not known.
    pub fn run(&self, name: &str, lookup: &dyn Fn(&str) -> Option<Value>) -> Option<Outcome> {
        let command = self.all.iter().find(|command| command.is(name))?;
        Some(Outcome {
            lines: command.answer.iter().map(|l| fill(l, lookup)).collect(),
            action: command.action,
        })
    }
}

impl Command {
    fn is(&self, name: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == self.name,
        }
    }
}

/// The line with its variables' values.
fn fill(line: &str, lookup: &dyn Fn(&str) -> Option<Value>) -> String {
    let mut parts = line.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
        let end = part.find(|c| !is_name(c)).unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        match lookup(name) {
            Some(Value::Number(number)) => filled.push_str(&number.to_string()),
            Some(Value::Text(text)) => filled.push_str(&text),
            Some(Value::Bytes(_)) | None => {}
        }
        filled.push_str(rest);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<Value> {
        match name {
            "registration" => Some(Value::Number(1)),
            "model" => Some(Value::Text("M".to_owned())),
            _ => None,
        }
    }

    fn run(name: &str) -> Option<Outcome> {
        Commands::load().unwrap().run(name, &lookup)
    }

    #[test]
    fn variables_are_filled_in() {
        assert_eq!(run("+CREG?").unwrap().lines, ["+CREG: 0,1"]);
        assert_eq!(run("+CGMM").unwrap().lines, ["M"]);
        assert_eq!(fill("a $model, $none.", &lookup), "a M, .");
    }

    #[test]
    fn names_are_whole_but_for_those_with_a_star() {
        assert!(run("+CGM").is_none());
        assert!(run("+CGMM?").is_none());
        assert_eq!(run("+CMEE=1"), Some(Outcome::default()));
        let action = Some(Action::StartPositioning);
        assert_eq!(run("+QGPS=1").unwrap().action, action);
    }
}
