// SPDX-License-Identifier: GPL-2.0-only
//! The serial ports beside QMI: AT commands, NMEA sentences, and DIAG, which says nothing.

mod commands;
mod line;
mod receiver;

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use serde_json::json;

use self::commands::Action;
use self::line::{Completed, Line};
use self::receiver::Receiver;
use crate::event_log::EventLog;
use crate::profile::{Profile, Role};
use crate::qmi::Value;

pub use commands::{Commands, CommandsError};

/// Pieces of output that wait for the host; the oldest gives way.
const LIMIT: usize = 64;

/// All serial ports of the modem.
pub struct Ports {
    commands: Commands,
    ports: BTreeMap<u8, Port>,
    receiver: Receiver,
    log: EventLog,
}

/// One serial port.
struct Port {
    role: Role,
    line: Line,
    echo: bool,
    output: VecDeque<Vec<u8>>,
}

impl Port {
    fn new(role: Role) -> Self {
        Self {
            role,
            line: Line::default(),
            echo: true,
            output: VecDeque::new(),
        }
    }

    fn say(&mut self, bytes: Vec<u8>) {
        if self.output.len() >= LIMIT {
            self.output.pop_front();
        }
        self.output.push_back(bytes);
    }
}

impl Ports {
    /// Those of a profile. They know no command yet.
    pub fn new(profile: &Profile, log: EventLog) -> Self {
        let mut ports = Self {
            commands: Commands::default(),
            ports: BTreeMap::new(),
            receiver: Receiver::default(),
            log,
        };
        ports.restart(profile);
        ports
    }

    /// Has them know these commands from now on.
    pub fn set_commands(&mut self, commands: Commands) {
        self.commands = commands;
    }

    /// Begins anew, with the ports of a profile.
    pub fn restart(&mut self, profile: &Profile) {
        let interfaces = profile.interfaces.iter();
        self.ports = interfaces
            .filter(|interface| interface.role.is_serial())
            .map(|interface| (interface.number, Port::new(interface.role)))
            .collect();
        self.receiver.stop();
    }

    /// The host has closed the port of that interface: what was said there is not waited for any more.
    pub fn hang_up(&mut self, interface: u8) {
        if let Some(port) = self.ports.get_mut(&interface) {
            port.output.clear();
            port.line = Line::default();
        }
    }

    /// Takes what the host sends to the port of that interface. `lookup` gives the values of the firmware's variables.
    pub fn take(&mut self, interface: u8, data: &[u8], lookup: &dyn Fn(&str) -> Option<Value>) {
        let Some(mut port) = self.ports.remove(&interface) else {
            return;
        };
        match port.role {
            Role::At => self.take_commands(interface, &mut port, data, lookup),
            Role::Nmea => self.take_order(&mut port, data),
            _ => {}
        }
        self.ports.insert(interface, port);
    }

    fn take_commands(
        &mut self,
        interface: u8,
        port: &mut Port,
        data: &[u8],
        lookup: &dyn Fn(&str) -> Option<Value>,
    ) {
        let mut said = Vec::new();
        for &byte in data {
            if port.echo {
                said.push(byte);
            }
            match port.line.take(byte, &[]) {
                None => {}
                Some(Completed::TooLong) => said.extend(b"\r\nERROR\r\n"),
                Some(Completed::Line(text)) => {
                    said.extend(self.answer(interface, &mut port.echo, &text, lookup));
                }
            }
        }
        if !said.is_empty() {
            port.say(said);
        }
    }

    /// The response to a line; nothing if it is no command line.
    fn answer(
        &mut self,
        interface: u8,
        echo: &mut bool,
        text: &str,
        lookup: &dyn Fn(&str) -> Option<Value>,
    ) -> Vec<u8> {
        let Some(commands) = line::commands(text) else {
            return Vec::new();
        };
        let mut response = String::new();
        let mut result = "OK";
        for command in &commands {
            // What follows an error is not executed.
            let Some(outcome) = self.commands.run(command, lookup) else {
                result = "ERROR";
                break;
            };
            for line in &outcome.lines {
                response.push_str(&format!("\r\n{line}\r\n"));
            }
            match outcome.action {
                Some(Action::EchoOn) => *echo = true,
                Some(Action::EchoOff) => *echo = false,
                Some(Action::StartPositioning) => self.receiver.start(Instant::now()),
                Some(Action::StopPositioning) => self.receiver.stop(),
                None => {}
            }
        }
        self.log.event(
            "at",
            json!({ "interface": interface, "line": text, "result": result }),
        );
        response.push_str(&format!("\r\n{result}\r\n"));
        response.into_bytes()
    }

    /// The lines by which Gobi and Sierra modems start and stop the receiver (the kernel's drivers/usb/serial/qcserial.c).
    fn take_order(&mut self, port: &mut Port, data: &[u8]) {
        for &byte in data {
            match port.line.take(byte, b"\n") {
                Some(Completed::Line(text)) if text == "$GPS_START" => {
                    self.receiver.start(Instant::now());
                }
                Some(Completed::Line(text)) if text == "$GPS_STOP" => self.receiver.stop(),
                _ => {}
            }
        }
    }

    /// What the port of that interface has for the host, at most `length` bytes.
    pub fn give(&mut self, interface: u8, length: usize) -> Option<Vec<u8>> {
        let port = self.ports.get_mut(&interface)?;
        let mut bytes = port.output.pop_front()?;
        if bytes.len() > length {
            let rest = bytes.split_off(length);
            port.output.push_front(rest);
        }
        Some(bytes)
    }

    /// Has the sentences said that are due.
    pub fn poll(&mut self) {
        let Some(sentences) = self.receiver.sentences(Instant::now()) else {
            return;
        };
        let ports = self.ports.values_mut();
        for port in ports.filter(|port| port.role == Role::Nmea) {
            port.say(sentences.clone().into_bytes());
        }
    }

    /// How long until `poll` is due.
    pub fn deadline(&self) -> Option<Duration> {
        self.receiver.deadline(Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIAG: u8 = 0;
    const NMEA: u8 = 1;
    const AT: u8 = 2;

    fn ports() -> Ports {
        let mut ports = Ports::new(&Profile::load("ec25").unwrap(), EventLog::none());
        ports.set_commands(Commands::load().unwrap());
        ports
    }

    fn take(ports: &mut Ports, interface: u8, data: &[u8]) {
        ports.take(interface, data, &|name| match name {
            "model" => Some(Value::Text("EC25".to_owned())),
            _ => None,
        });
    }

    fn said(ports: &mut Ports, interface: u8) -> String {
        let pieces = std::iter::from_fn(|| ports.give(interface, 4096));
        String::from_utf8(pieces.flatten().collect()).unwrap()
    }

    #[test]
    fn commands_are_echoed_and_answered() {
        let mut ports = ports();
        take(&mut ports, AT, b"AT+CG");
        assert_eq!(said(&mut ports, AT), "AT+CG");
        take(&mut ports, AT, b"MM\r");
        assert_eq!(said(&mut ports, AT), "MM\r\r\nEC25\r\n\r\nOK\r\n");
        take(&mut ports, AT, b"ATE0\r");
        assert_eq!(said(&mut ports, AT), "ATE0\r\r\nOK\r\n");
        take(&mut ports, AT, b"AT+CGMM;+NONE;+CGMM\r");
        assert_eq!(said(&mut ports, AT), "\r\nEC25\r\n\r\nERROR\r\n");
        take(&mut ports, AT, b"noise\r");
        assert_eq!(said(&mut ports, AT), "");
        assert_eq!(said(&mut ports, AT + 1), "", "another port");
    }

    #[test]
    fn output_is_cut_to_what_is_asked_for() {
        let mut ports = ports();
        take(&mut ports, AT, b"ATE0\r");
        assert_eq!(ports.give(AT, 3).unwrap(), b"ATE");
        assert_eq!(ports.give(AT, 99).unwrap(), b"0\r\r\nOK\r\n");
        assert_eq!(ports.give(AT, 99), None);
    }

    #[test]
    fn sentences_come_when_they_are_wanted() {
        let mut ports = ports();
        ports.poll();
        assert_eq!(said(&mut ports, NMEA), "");
        for (interface, start, stop) in [
            (NMEA, "$GPS_START\n", "$GPS_STOP\r\n"),
            (AT, "AT+QGPS=1\r", "AT+QGPSEND\r"),
        ] {
            take(&mut ports, interface, start.as_bytes());
            assert!(ports.deadline().is_some());
            ports.poll();
            assert!(said(&mut ports, NMEA).starts_with("$GPGGA,"));
            take(&mut ports, interface, stop.as_bytes());
            assert_eq!(ports.deadline(), None);
        }
    }

    #[test]
    fn diag_says_nothing_and_what_nobody_reads_is_forgotten() {
        let mut ports = ports();
        take(&mut ports, DIAG, b"\x7e\x00\x78\xf0\x7e");
        assert_eq!(said(&mut ports, DIAG), "");
        for _ in 0..10 * LIMIT {
            take(&mut ports, AT, b"AT\r");
        }
        assert_eq!(said(&mut ports, AT).matches("OK").count(), LIMIT);
        take(&mut ports, AT, b"AT\r");
        ports.hang_up(AT);
        assert_eq!(said(&mut ports, AT), "");
    }
}
