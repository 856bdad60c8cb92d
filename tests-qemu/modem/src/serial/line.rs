// SPDX-License-Identifier: GPL-2.0-only
//! Lines that come over a serial port, and the commands in a line (ITU-T V.250, 5.2 and 5.3).

/// Characters of a line that are kept.
const LIMIT: usize = 400;
const BACKSPACE: u8 = 0x08;

/// The line that is not complete yet.
#[derive(Debug, Default)]
pub struct Line {
    bytes: Vec<u8>,
    too_long: bool,
}

/// What a character completes.
#[derive(Debug, PartialEq, Eq)]
pub enum Completed {
    /// A line, without its end.
    Line(String),
    /// A line of which not all was kept.
    TooLong,
}

impl Line {
    /// Takes a character; a carriage return or one of `ends` completes the line.
    pub fn take(&mut self, byte: u8, ends: &[u8]) -> Option<Completed> {
        match byte {
            b'\r' => return Some(self.complete()),
            end if ends.contains(&end) => return Some(self.complete()),
            BACKSPACE => {
                self.bytes.pop();
            }
            b'\n' => {}
            _ if self.bytes.len() >= LIMIT => self.too_long = true,
            _ => self.bytes.push(byte),
        }
        None
    }

    fn complete(&mut self) -> Completed {
        let Self { bytes, too_long } = std::mem::take(self);
        match too_long {
            true => Completed::TooLong,
            false => Completed::Line(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }
}

/// The commands of a command line, in capitals but for what is in quotes; `None` if the line is none, because it does not have
/// the prefix AT.
pub fn commands(line: &str) -> Option<Vec<String>> {
    let start = line.to_ascii_uppercase().find("AT")?;
    let mut rest = line.get(start + 2..)?.trim();
    let mut commands = Vec::new();
    while !rest.is_empty() {
        let end = match rest.chars().next() {
            Some(first) if first.is_ascii_alphabetic() || first == '&' => basic_end(rest),
            _ => extended_end(rest),
        };
        let (command, tail) = rest.split_at(end);
        commands.push(capitals(command.trim()));
        rest = tail.trim_start_matches([';', ' ']);
    }
    Some(commands)
}

/// A basic command is a letter, maybe after `&`, and a number.
fn basic_end(text: &str) -> usize {
    let name = if text.starts_with('&') { 2 } else { 1 };
    let number = text.chars().skip(name).take_while(char::is_ascii_digit);
    (name + number.count()).min(text.len())
}

/// An extended command ends with the line or a semicolon.
fn extended_end(text: &str) -> usize {
    let mut quoted = false;
    let end = text.char_indices().find(|&(_, c)| {
        quoted ^= c == '"';
        c == ';' && !quoted
    });
    // A semicolon alone is an unknown command.
    end.map_or(text.len(), |(at, _)| at.max(1))
}

fn capitals(command: &str) -> String {
    let mut quoted = false;
    command
        .chars()
        .map(|c| {
            quoted ^= c == '"';
            if quoted {
                c
            } else {
                c.to_ascii_uppercase()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(line: &mut Line, text: &[u8]) -> Vec<Completed> {
        let bytes = text.iter();
        bytes.filter_map(|&byte| line.take(byte, &[])).collect()
    }

    #[test]
    fn lines_end_with_a_carriage_return() {
        let mut line = Line::default();
        assert_eq!(take(&mut line, b"AT+"), []);
        let whole = |text: &str| Completed::Line(text.to_owned());
        assert_eq!(
            take(&mut line, b"CX\x08GMI\r\nATI\r"),
            [whole("AT+CGMI"), whole("ATI")]
        );
        let long = [vec![b'x'; LIMIT + 1], vec![b'\r']].concat();
        assert_eq!(take(&mut line, &long), [Completed::TooLong]);
        assert_eq!(take(&mut line, b"AT\r"), [whole("AT")]);
        assert_eq!(line.take(b'\n', b"\n"), Some(whole("")));
    }

    #[test]
    fn commands_of_a_line() {
        assert_eq!(commands("AT"), Some(vec![]));
        assert_eq!(commands("hello"), None);
        for (line, wanted) in [
            ("ate0", vec!["E0"]),
            ("ATE0I", vec!["E0", "I"]),
            ("at&fe1", vec!["&F", "E1"]),
            ("AT+cgmi;+CGSN", vec!["+CGMI", "+CGSN"]),
            ("ATE0+CPIN?", vec!["E0", "+CPIN?"]),
            ("AT+X=\"a;b\";I", vec!["+X=\"a;b\"", "I"]),
            ("AT;", vec![";"]),
            ("AT&", vec!["&"]),
        ] {
            assert_eq!(commands(line).unwrap(), wanted, "{line}");
        }
    }
}
