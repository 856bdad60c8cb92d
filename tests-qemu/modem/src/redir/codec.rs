// SPDX-License-Identifier: GPL-2.0-only
//! Packets from and to bytes. All numbers are little-endian.
//!
//! Written here because the crate `usbredirparser`, the binding of the protocol's C library, leaves all
//! its callbacks unimplemented as of 0.4.1; the tests hold the numbers below against that crate's.

use super::decode::{decode, Reader};
use super::encode::encode;
use super::error::RedirError;
use super::packet::{capability, kind, FromGuest, ToGuest};

/// Bytes of a packet after its header, at most: the longest transfer of a host controller is far below.
const MAX_BODY: usize = 16 << 20;

/// What xHCI needs of both sides, and what this side does not work without.
const NEEDED: u32 = capability::CONNECT_DEVICE_VERSION
    | capability::EP_INFO_MAX_PACKET_SIZE
    | capability::IDS_64_BITS
    | capability::BULK_LENGTH_32_BITS;

/// Both directions of a connection.
#[derive(Debug, Default)]
pub struct Codec {
    input: Vec<u8>,
    /// Whether the hello has come; ids have 32 bits until then.
    greeted: bool,
}

impl Codec {
    /// Takes bytes from the guest.
    pub fn push(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// The next whole packet.
    ///
    /// # Errors
    /// If the bytes are not the protocol; there is no going on then.
    pub fn take(&mut self) -> Result<Option<FromGuest>, RedirError> {
        let id_width = self.id_width();
        let Some((header, rest)) = self.input.split_at_checked(8 + id_width) else {
            return Ok(None);
        };
        let mut fields = Reader(header);
        let (kind, length) = (fields.u32(), fields.u32() as usize);
        let id = if id_width == 8 {
            fields.u64()
        } else {
            fields.u32().into()
        };
        if (kind == kind::HELLO) == self.greeted {
            return Err(RedirError::Order(kind));
        }
        if length > MAX_BODY {
            return Err(RedirError::Length { kind, length });
        }
        let Some(body) = rest.get(..length) else {
            return Ok(None);
        };
        let packet = decode(kind, id, body)?;
        self.input.drain(..8 + id_width + length);
        if let FromGuest::Hello(capabilities) = packet {
            let lacking = NEEDED & !capabilities;
            if lacking != 0 {
                return Err(RedirError::Capabilities(lacking));
            }
            self.greeted = true;
        }
        Ok(Some(packet))
    }

    /// The bytes of a packet to the guest.
    pub fn encode(&self, packet: &ToGuest) -> Vec<u8> {
        let mut body = Vec::new();
        let (kind, id) = encode(packet, &mut body);
        let mut bytes = kind.to_le_bytes().to_vec();
        // Bodies are transfers of at most MAX_BODY bytes.
        bytes.extend((body.len() as u32).to_le_bytes());
        bytes.extend(&id.to_le_bytes()[..self.id_width()]);
        bytes.extend(body);
        bytes
    }

    fn id_width(&self) -> usize {
        if self.greeted {
            8
        } else {
            4
        }
    }
}
