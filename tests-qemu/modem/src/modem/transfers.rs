// SPDX-License-Identifier: GPL-2.0-only
//! Bulk and interrupt transfers.

use std::time::Instant;

use serde_json::json;

use super::Modem;
use crate::hex;
use crate::hostile::failures::{Failure, Pipe};
use crate::profile::{Role, Transfer};
use crate::usb::Stall;

/// Bytes of a host's frame that are kept while its transfer goes on.
const MAX_FRAME: usize = 64 * 1024;

/// What a bulk IN request got.
#[derive(Debug, PartialEq, Eq)]
pub struct BulkIn {
    /// At most as many bytes as were asked for.
    pub data: Vec<u8>,
    /// The device had more in its last packet than the request asked for.
    pub babble: bool,
}

impl Modem {
    /// A bulk OUT transfer's bytes. A frame ends with a packet that is not full; a transfer that ends
    /// without one is continued by the next.
    ///
    /// # Errors
    /// Stalls if there is no such endpoint now.
    pub fn bulk_out(&mut self, address: u8, data: &[u8]) -> Result<(), Stall> {
        let (interface, endpoint) = self.gadget.endpoint(address).ok_or(Stall)?;
        let role = interface.role;
        let packet = usize::from(endpoint.max_packet).max(1);
        let number = interface.number;
        self.note_bulk(false, address, number, data, "ok");
        if role == Role::Download {
            self.load(data);
        }
        if role.is_serial() {
            // Its firmware is that of the first function.
            let state = &self.functions[0].qmi.state;
            let lookup = |name: &str| state.variable(name);
            self.ports.take(number, data, &lookup);
        }
        if !role.is_data() {
            return Ok(());
        }
        let frame = self.incoming.entry(address).or_default();
        frame.extend_from_slice(data);
        let ended = data.len() % packet != 0 || data.is_empty();
        if ended || frame.len() > MAX_FRAME {
            let frame = std::mem::take(frame);
            if !frame.is_empty() {
                self.function(number).send(frame);
            }
        }
        Ok(())
    }

    /// What there is for a bulk IN request of `length` bytes, or `None` if it has to wait.
    pub fn bulk_in(&mut self, address: u8, length: usize) -> Option<BulkIn> {
        let (interface, endpoint) = self.gadget.endpoint(address)?;
        let (role, number) = (interface.role, interface.number);
        if role.is_serial() {
            let data = self.ports.give(number, length)?;
            self.note_bulk(true, address, number, &data, "ok");
            let babble = false;
            return Some(BulkIn { data, babble });
        }
        if !role.is_data() && role != Role::Download {
            return None;
        }
        let whole_packets = length % usize::from(endpoint.max_packet).max(1) == 0;
        let mut data = match self.outgoing.remove(&address) {
            Some(rest) => rest,
            None if role == Role::Download => self.loader.as_mut()?.answer()?,
            None => self.function(number).receive()?,
        };
        let mut babble = false;
        if data.len() > length {
            let rest = data.split_off(length);
            // A request of whole packets just ends; what is left comes with the next one.
            babble = !whole_packets;
            if !babble {
                self.outgoing.insert(address, rest);
            }
        }
        let status = if babble { "babble" } else { "ok" };
        self.note_bulk(true, address, number, &data, status);
        Some(BulkIn { data, babble })
    }

    fn note_bulk(&self, inward: bool, address: u8, interface: u8, data: &[u8], status: &str) {
        self.log.bulk(inward, data, |direction, payload| {
            json!({
                "direction": direction,
                "endpoint": format!("0x{address:02x}"),
                "interface": interface,
                "length": data.len(),
                "status": status,
                "payload": payload,
            })
        });
    }

    /// How the next transfer of the endpoint at `address` fails, if it is to. After a stall each does until the host clears that.
    pub fn failure(&mut self, address: u8) -> Option<Failure> {
        let (interface, endpoint) = self.gadget.endpoint(address)?;
        let (role, number) = (interface.role, interface.number);
        let pipe = match endpoint.transfer {
            Transfer::Interrupt if role.is_control() => Pipe::Interrupt,
            Transfer::Bulk if role.is_data() && address & 0x80 != 0 => Pipe::In,
            Transfer::Bulk if role.is_data() => Pipe::Out,
            Transfer::Bulk | Transfer::Interrupt => return None,
        };
        let halted = self.gadget.is_halted(address);
        let failure = match halted {
            true => Failure::Stall,
            false => self.function(number).network.failure(pipe)?,
        };
        if failure == Failure::Stall {
            self.gadget.halt(address);
        }
        self.log.event(
            "failure",
            json!({
                "endpoint": format!("0x{address:02x}"),
                "interface": number,
                "status": failure.name(),
            }),
        );
        Some(failure)
    }

    /// Whether the endpoint at `address` is halted.
    pub fn is_halted(&self, address: u8) -> bool {
        self.gadget.is_halted(address)
    }

    /// The next notification for the interrupt endpoint at `address`.
    pub fn notification(&mut self, address: u8) -> Option<Vec<u8>> {
        let (interface, endpoint) = self.gadget.endpoint(address)?;
        if !interface.role.is_control() || endpoint.transfer != Transfer::Interrupt {
            return None;
        }
        let number = interface.number;
        let unasked = self.unasked.pop_front();
        let control = &mut self.function(number).control;
        let asked = || Some(control.notify(Instant::now())?.to_vec());
        let notification = unasked.or_else(asked)?;
        self.log.event(
            "notification",
            json!({
                "endpoint": format!("0x{address:02x}"),
                "name": if notification.get(1) == Some(&1) { "RESPONSE_AVAILABLE" } else { "unknown" },
                "data": hex::encode(&notification),
            }),
        );
        Some(notification)
    }
}
