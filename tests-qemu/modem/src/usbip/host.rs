// SPDX-License-Identifier: GPL-2.0-only
//! A modem that a host has imported: requests in, answers out, no I/O of its own.

use std::time::Duration;

use super::codec::{Codec, FromHost, ToHost};
use super::error::UsbIpError;
use crate::event_log::EventLog;
use crate::hostile::presence::{Presence, Request, Verdict};
use crate::modem::Modem;
use crate::port::{Behind, End, Event, Port, Status};
use crate::profile::Transfer;
use crate::usb::{standard, Kind, Recipient, Setup};

/// Requests that may wait for an answer. The kernel's usbnet has some thousand at SuperSpeed if the MTU is small.
pub const MAX_PENDING: usize = 8192;
/// Bytes that may wait for the host, before its further requests have to.
pub const MAX_OUTPUT: usize = 1 << 20;

/// What a URB that ended so has for a status: errno of Linux, below 0.
fn errno(status: Status) -> i32 {
    match status {
        Status::Done => 0,
        Status::Cancelled => -104, // ECONNRESET
        Status::Error => -71,      // EPROTO
        Status::Stall => -32,      // EPIPE
        Status::Babble => -75,     // EOVERFLOW
    }
}

/// The modem, and a host that has it or not.
pub struct Host {
    port: Port,
    codec: Codec,
    output: Vec<u8>,
    left: bool,
}

impl Host {
    /// A modem that no host has yet.
    pub fn new(modem: Modem, log: EventLog) -> Self {
        Self {
            // A host controller goes on behind a request that has failed; what is halted fails again.
            port: Port::new(modem, Behind::Served, log),
            codec: Codec::default(),
            output: Vec::new(),
            left: false,
        }
    }

    /// Has `presence` decide when the device goes.
    pub fn set_presence(&mut self, presence: Presence) {
        self.port.set_presence(presence);
    }

    /// The modem.
    pub fn modem(&mut self) -> &mut Modem {
        self.port.modem()
    }

    /// The same, to look at.
    pub fn device(&self) -> &Modem {
        self.port.device()
    }

    /// How long until `work` is due.
    pub fn deadline(&mut self) -> Option<Duration> {
        self.port.deadline()
    }

    /// A host has imported the device.
    pub fn attach(&mut self) {
        self.codec = Codec::default();
        self.output.clear();
        self.left = false;
        self.port.connect();
    }

    /// It has it no more. A device that has not left by itself has lost its power.
    pub fn detach(&mut self) {
        if !self.left {
            self.port.power_off();
        }
    }

    /// Whether the device has left the bus: there is nothing more to answer.
    pub fn has_left(&self) -> bool {
        self.left
    }

    /// Bytes for the host; the caller removes those that it could write.
    pub fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    /// Whether further bytes of the host can be taken.
    pub fn has_room(&self) -> bool {
        self.output.len() < MAX_OUTPUT
    }

    /// Takes bytes of the host, which `work` looks at.
    pub fn push(&mut self, bytes: &[u8]) {
        self.codec.push(bytes);
    }

    /// Does what was asked, as long as answers fit into the output, and what is due.
    ///
    /// # Errors
    /// If what came is not the protocol: the connection is over then.
    pub fn work(&mut self) -> Result<(), UsbIpError> {
        while self.has_room() && !self.left {
            let Some(request) = self.codec.take()? else {
                break;
            };
            self.handle(request)?;
            self.pump();
        }
        self.pump();
        Ok(())
    }

    fn pump(&mut self) {
        if self.left {
            return;
        }
        self.port.pump(MAX_OUTPUT.saturating_sub(self.output.len()));
        while let Some(event) = self.port.event() {
            self.answer(event);
        }
    }

    fn answer(&mut self, event: Event) {
        let answer = match event {
            Event::Control {
                id,
                setup,
                status,
                data,
            } => ToHost::Submit {
                id: number(id),
                status: errno(status),
                length: match (status, setup.is_in()) {
                    (Status::Done, false) => setup.length.into(),
                    _ => data.len(),
                },
                data: if setup.is_in() { data } else { Vec::new() },
            },
            Event::Transfer {
                id,
                status,
                length,
                data,
                ..
            } => ToHost::Submit {
                id: number(id),
                status: errno(status),
                length,
                data,
            },
            // Nothing is polled here but by requests.
            Event::Notification { .. } => return,
            Event::Restarted => {
                self.left = true;
                return;
            }
        };
        answer.encode(&mut self.output);
    }

    fn handle(&mut self, request: FromHost) -> Result<(), UsbIpError> {
        let verdict = self.port.decide(self.kind(&request));
        if verdict != Verdict::Go {
            match request {
                FromHost::Submit {
                    id,
                    endpoint: 0,
                    inward,
                    setup,
                    length,
                    data,
                    ..
                } => self.control(id, inward, setup, length, &data),
                FromHost::Submit {
                    id,
                    endpoint,
                    zero_packet,
                    length,
                    data,
                    ..
                } => {
                    let end = if zero_packet { End::Empty } else { End::AsItIs };
                    self.port.transfer(id.into(), endpoint, length, &data, end);
                }
                FromHost::Unlink { id, which } => self.unlink(id, which),
            }
        }
        self.port.follow(verdict);
        if self.port.pending() > MAX_PENDING {
            return Err(UsbIpError::Pending(MAX_PENDING));
        }
        Ok(())
    }

    /// The kind of request that this is, if it is one.
    fn kind(&self, request: &FromHost) -> Option<Request> {
        let FromHost::Submit {
            endpoint, inward, ..
        } = request
        else {
            return None;
        };
        let known = self.device().gadget().endpoint(*endpoint);
        Some(match (endpoint, inward) {
            (0, _) => Request::Control,
            (_, false) => Request::BulkOut,
            _ if known.is_some_and(|(_, known)| known.transfer == Transfer::Interrupt) => {
                Request::Polling
            }
            _ => Request::BulkIn,
        })
    }

    /// A control transfer. The requests that a bus or QEMU has ways of its own for are told apart here.
    fn control(&mut self, id: u32, inward: bool, setup: Setup, length: usize, data: &[u8]) {
        let [low, _] = setup.value.to_le_bytes();
        let standard = setup.kind() == Kind::Standard;
        let chosen = match (setup.request, setup.recipient()) {
            _ if !standard => None,
            (standard::SET_CONFIGURATION, Recipient::Device) => {
                Some((self.port.set_configuration(low), Vec::new()))
            }
            (standard::SET_INTERFACE, Recipient::Interface) => {
                Some((self.port.set_alternate(setup.target(), low), Vec::new()))
            }
            (standard::GET_CONFIGURATION, Recipient::Device) => {
                let value = self.device().gadget().configuration();
                Some((Status::Done, vec![value]))
            }
            (standard::GET_INTERFACE, Recipient::Interface) => {
                let value = self.device().gadget().alternate(setup.target());
                let status = value.map_or(Status::Stall, |_| Status::Done);
                Some((status, value.into_iter().collect()))
            }
            _ => None,
        };
        // The length is what both the SETUP packet and the request say.
        let length = if inward == setup.is_in() {
            setup.length.min(u16::try_from(length).unwrap_or(u16::MAX))
        } else {
            0
        };
        let setup = Setup { length, ..setup };
        match chosen {
            None => self.port.control(id.into(), setup, data),
            Some((status, mut data)) => {
                data.truncate(length.into());
                self.answer(Event::Control {
                    id: id.into(),
                    setup,
                    status,
                    data,
                });
            }
        }
    }

    /// A request that has its answer keeps it; another one gets none.
    fn unlink(&mut self, id: u32, which: u32) {
        let cancelled = self.port.cancel(which.into()).is_some();
        let status = if cancelled {
            Status::Cancelled
        } else {
            Status::Done
        };
        let answer = ToHost::Unlink {
            id,
            status: errno(status),
        };
        answer.encode(&mut self.output);
    }
}

/// The number of a request, which came with 32 bits.
fn number(id: u64) -> u32 {
    id as u32
}
