// SPDX-License-Identifier: GPL-2.0-only
//! The side of USB/IP that has imported a modem.

use qmi_modem::usbip::{Host, UsbIpError};

use crate::support::{self, Log};

pub const DEVICE: u32 = 0x1_0002;

/// An answer: command, number, status, length, data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub command: u32,
    pub id: u32,
    pub status: i32,
    pub length: usize,
    pub data: Vec<u8>,
}

/// The side that has imported the modem.
pub struct Machine {
    pub host: Host,
    pub log: Log,
    pub answers: Vec<Answer>,
    /// Whether a request goes to the machine, by its number.
    pub inward: Vec<bool>,
}

pub fn words(words: [u32; 10]) -> Vec<u8> {
    words.into_iter().flat_map(u32::to_be_bytes).collect()
}

impl Machine {
    pub fn new(profile: &str) -> Self {
        let log = Log::default();
        let (modem, events) = support::modem(profile, &log);
        let mut machine = Self {
            host: Host::new(modem, events),
            log,
            answers: Vec::new(),
            inward: Vec::new(),
        };
        machine.attach();
        machine
    }

    pub fn attach(&mut self) {
        self.host.attach();
        assert_eq!(self.control([0, 9, 1, 0, 0, 0, 0, 0], &[]).status, 0);
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), UsbIpError> {
        self.host.push(bytes);
        let result = self.host.work();
        self.collect();
        result
    }

    pub fn collect(&mut self) {
        let bytes = std::mem::take(self.host.output());
        let mut rest = bytes.as_slice();
        while let Some((header, behind)) = rest.split_first_chunk::<48>() {
            let number = |word: usize| {
                let bytes = header[4 * word..][..4].try_into().unwrap();
                u32::from_be_bytes(bytes)
            };
            let (command, id, length) = (number(0), number(1), number(6) as usize);
            let inward = command == 3 && self.inward.get(id as usize) == Some(&true);
            let (data, behind) = behind.split_at(if inward { length } else { 0 });
            self.answers.push(Answer {
                command,
                id,
                status: number(5) as i32,
                length,
                data: data.to_vec(),
            });
            rest = behind;
        }
        assert!(rest.is_empty(), "half an answer");
    }

    pub fn number(&mut self, inward: bool) -> u32 {
        self.inward.push(inward);
        self.inward.len() as u32 - 1
    }

    /// Sends a request: its number.
    pub fn submit(
        &mut self,
        endpoint: u8,
        flags: u32,
        length: usize,
        setup: [u8; 8],
        data: &[u8],
    ) -> u32 {
        let inward = endpoint & 0x80 != 0;
        let id = self.number(inward);
        let endpoint = u32::from(endpoint & 15);
        let header = [
            1,
            id,
            DEVICE,
            inward.into(),
            endpoint,
            flags,
            length as u32,
            0,
            0,
            0,
        ];
        let bytes = [&words(header), &setup[..], data].concat();
        self.write(&bytes).unwrap();
        id
    }

    pub fn control(&mut self, setup: [u8; 8], data: &[u8]) -> Answer {
        let length = usize::from(u16::from_le_bytes([setup[6], setup[7]]));
        let endpoint = if length > 0 { setup[0] & 0x80 } else { 0 };
        let id = self.submit(endpoint, 0, length, setup, data);
        self.take(id).expect("an answer")
    }

    pub fn bulk_in(&mut self, endpoint: u8, length: usize) -> u32 {
        self.submit(endpoint, 0, length, [0; 8], &[])
    }

    pub fn bulk_out(&mut self, endpoint: u8, flags: u32, data: &[u8]) -> i32 {
        let id = self.submit(endpoint, flags, data.len(), [0; 8], data);
        self.take(id).expect("an answer").status
    }

    /// The answer to that request, if there is one.
    pub fn take(&mut self, id: u32) -> Option<Answer> {
        let place = self.answers.iter().position(|answer| answer.id == id)?;
        Some(self.answers.remove(place))
    }

    /// Takes a request back: the status of that.
    pub fn unlink(&mut self, which: u32) -> i32 {
        let id = self.number(false);
        let mut bytes = words([2, id, DEVICE, 0, 0, which, 0, 0, 0, 0]);
        bytes.resize(48, 0);
        self.write(&bytes).unwrap();
        let answer = self.take(id).expect("an answer");
        assert_eq!(answer.command, 4);
        answer.status
    }

    pub fn command(&mut self, interface: u8, frame: &[u8]) {
        let [low, high] = (frame.len() as u16).to_le_bytes();
        let setup = [0x21, 0, 0, 0, interface, 0, low, high];
        assert_eq!(self.control(setup, frame).status, 0);
    }

    pub fn response(&mut self, interface: u8) -> Vec<u8> {
        self.control([0xa1, 1, 0, 0, interface, 0, 0, 0x10], &[])
            .data
    }
}
