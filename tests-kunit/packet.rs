// SPDX-License-Identifier: GPL-2.0-only

//! Packets of TCP and UDP, built and summed byte by byte, without the driver's help.

#![forbid(unsafe_code)]

use super::random::Random;
use crate::{
    kernel_ext::net::skbuff::Partial,
    rawip::EthAddr, //
};
use kernel::prelude::*;

/// Protocol numbers.
pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;

/// What is before TCP or UDP. Options and extension headers have any content.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ip {
    /// IPv4, with so many bytes of options: a multiple of four.
    V4 {
        options: u8,
    },
    V6,
    /// IPv6, with an extension header of eight bytes that has this protocol number.
    V6Extended {
        number: u8,
    },
}

/// What is behind IP.
#[derive(Clone, Copy, Debug)]
pub(super) enum Transport {
    /// TCP, with so many bytes of options: a multiple of four.
    Tcp {
        options: u8,
    },
    Udp,
}

/// What a packet is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) ip: Ip,
    pub(super) transport: Transport,
}

/// What modems and networks send.
pub(super) const KINDS: [Kind; 8] = [
    Kind::new(Ip::V4 { options: 0 }, Transport::Udp),
    Kind::new(Ip::V4 { options: 0 }, Transport::Tcp { options: 0 }),
    Kind::new(Ip::V4 { options: 4 }, Transport::Udp),
    Kind::new(Ip::V4 { options: 12 }, Transport::Tcp { options: 12 }),
    Kind::new(Ip::V4 { options: 40 }, Transport::Tcp { options: 40 }),
    Kind::new(Ip::V6, Transport::Udp),
    Kind::new(Ip::V6, Transport::Tcp { options: 0 }),
    Kind::new(Ip::V6, Transport::Tcp { options: 40 }),
];

impl Kind {
    pub(super) const fn new(ip: Ip, transport: Transport) -> Self {
        Self { ip, transport }
    }

    pub(super) fn is_v4(self) -> bool {
        matches!(self.ip, Ip::V4 { .. })
    }

    pub(super) fn is_tcp(self) -> bool {
        matches!(self.transport, Transport::Tcp { .. })
    }

    /// Length of what is before TCP or UDP, in bytes.
    fn start(self) -> usize {
        match self.ip {
            Ip::V4 { options } => 20 + usize::from(options),
            Ip::V6 => 40,
            Ip::V6Extended { .. } => 48,
        }
    }

    /// Length of all headers, in bytes.
    pub(super) fn headers(self) -> usize {
        self.start()
            + match self.transport {
                Transport::Tcp { options } => 20 + usize::from(options),
                Transport::Udp => 8,
            }
    }

    pub(super) fn protocol(self) -> u8 {
        match self.transport {
            Transport::Tcp { .. } => TCP,
            Transport::Udp => UDP,
        }
    }
}

/// A packet.
pub(super) struct Packet {
    pub(super) bytes: KVec<u8>,
    /// Where its checksum stands.
    pub(super) partial: Partial,
    protocol: u8,
}

impl Packet {
    /// A packet with `payload` bytes of payload and right checksums; what is left is random.
    pub(super) fn new(kind: Kind, payload: usize, random: &mut Random) -> Result<Self> {
        Self::of_protocol(kind, kind.protocol(), payload, random)
    }

    /// As [`Self::new`], but with the number of another protocol.
    pub(super) fn of_protocol(
        kind: Kind,
        protocol: u8,
        payload: usize,
        random: &mut Random,
    ) -> Result<Self> {
        let start = kind.start();
        let len = kind.headers() + payload;
        let mut this = Self {
            bytes: random.bytes(len)?,
            partial: Partial {
                start,
                offset: if kind.is_tcp() { 16 } else { 6 },
            },
            protocol,
        };

        this.write_ip(kind.ip)?;
        match kind.transport {
            Transport::Tcp { options } => this.bytes[start + 12] = (20 + options) / 4 << 4,
            Transport::Udp => this.put(start + 4, u16::try_from(len - start)?),
        }
        this.set_checksum();
        Ok(this)
    }

    fn write_ip(&mut self, ip: Ip) -> Result {
        let len = self.bytes.len();

        match ip {
            Ip::V4 { options } => {
                self.bytes[0] = 0x45 + options / 4;
                self.put(2, u16::try_from(len)?);
                self.put(6, 0x4000);
                self.bytes[9] = self.protocol;
                self.set_header_checksum();
            }
            Ip::V6 => {
                self.bytes[0] = 0x60;
                self.put(4, u16::try_from(len - 40)?);
                self.bytes[6] = self.protocol;
            }
            Ip::V6Extended { number } => {
                self.write_ip(Ip::V6)?;
                self.bytes[6] = number;
                self.bytes[40] = self.protocol;
                self.bytes[41] = 0;
            }
        }
        Ok(())
    }

    /// Writes `value` to the offset `at`, as on the wire.
    pub(super) fn put(&mut self, at: usize, value: u16) {
        self.bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
    }

    /// Where the checksum of TCP or UDP stands, in bytes.
    pub(super) fn checksum_at(&self) -> usize {
        self.partial.start + self.partial.offset
    }

    /// Writes the right checksum of the IPv4 header.
    pub(super) fn set_header_checksum(&mut self) {
        self.put(10, 0);
        let header = usize::from(self.bytes[0] & 0x0f) * 4;
        self.put(10, !sum(&[&self.bytes[..header]]));
    }

    /// Writes the right checksum of TCP or UDP.
    pub(super) fn set_checksum(&mut self) {
        self.put(self.checksum_at(), 0);
        let checksum = match !self.transport_sum() {
            0 => u16::MAX,
            other => other,
        };
        self.put(self.checksum_at(), checksum);
    }

    /// Writes what stands in place of the checksum as long as nobody has computed it.
    pub(super) fn set_partial(&mut self) {
        self.put(self.checksum_at(), self.pseudo_sum());
    }

    /// The sum of the pseudo header.
    pub(super) fn pseudo_sum(&self) -> u16 {
        let len = self.bytes.len() - self.partial.start;

        pseudo_sum(&self.bytes, len, self.protocol)
    }

    /// The sum of pseudo header and TCP or UDP: all ones if the checksum is right.
    pub(super) fn transport_sum(&self) -> u16 {
        transport_sum(&self.bytes, self.partial.start, self.protocol)
    }
}

/// Lengths of payload: short, even and odd, and long.
pub(super) fn payloads() -> impl Iterator<Item = usize> {
    [0..=130, 1399..=1400, 65000..=65001].into_iter().flatten()
}

/// The sum of `parts`, one behind the other, after RFC 1071: as words in the order of the wire.
pub(super) fn sum(parts: &[&[u8]]) -> u16 {
    let mut total = 0_u32;

    for (i, &byte) in parts.iter().copied().flatten().enumerate() {
        total += u32::from(byte) << if i % 2 == 0 { 8 } else { 0 };
        total = (total & 0xffff) + (total >> 16);
    }
    // CAST: it has just been folded.
    total as u16
}

/// The sum of the pseudo header of `packet`, of which `len` bytes are of `protocol`.
pub(super) fn pseudo_sum(packet: &[u8], len: usize, protocol: u8) -> u16 {
    // CAST: no packet is longer.
    let len = (len as u32).to_be_bytes();

    sum(&[addresses(packet), &len, &[0, protocol]])
}

/// The sum of pseudo header and `protocol` of `packet`, which begins at `start`: all ones if its
/// checksum is right.
pub(super) fn transport_sum(packet: &[u8], start: usize, protocol: u8) -> u16 {
    let transport = &packet[start..];
    let pseudo = pseudo_sum(packet, transport.len(), protocol);

    sum(&[&pseudo.to_be_bytes(), transport])
}

fn addresses(packet: &[u8]) -> &[u8] {
    if packet[0] >> 4 == 4 {
        &packet[12..20]
    } else {
        &packet[8..40]
    }
}

/// What a modem that speaks version 4 of QMAP sends behind `packet`.
pub(super) fn trailer(packet: &[u8]) -> [u8; 8] {
    // CAST: no packet is longer.
    let [len0, len1] = (packet.len() as u16).to_be_bytes();
    let [value0, value1] = (!sum(&[packet])).to_be_bytes();

    [0, 1, 0, 0, len0, len1, value0, value1]
}

/// An address with each first octet.
pub(super) fn ethernet_addresses() -> impl Iterator<Item = EthAddr> {
    (0..=u8::MAX).map(|first| [first, 0x11, 0x22, 0x33, 0x44, 0x55])
}
