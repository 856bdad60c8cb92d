// SPDX-License-Identifier: GPL-2.0-only
//! QMAP, version 1: several packets in one transfer, each after a header of four bytes. It has a flag for commands,
//! the length of the padding at the payload's end, the mux id, and the payload's length, big-endian, with padding.
//!
//! Source: the kernel's Documentation/networking/device_drivers/cellular/qualcomm/rmnet.rst.

/// Bytes of a header.
const HEADER: usize = 4;
/// Payloads are padded to a multiple of this.
const ALIGNMENT: usize = 4;
/// In the first byte: this is a command, not a packet.
const COMMAND: u8 = 0x80;
/// In the first byte: length of the padding.
const PADDING: u8 = 0x3f;

/// A packet and where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Mux id.
    pub mux: u8,
    /// The packet, without padding.
    pub packet: &'a [u8],
}

/// The datagrams of a transfer; in place of each that is none, the reason.
#[derive(Debug, Clone)]
pub struct Datagrams<'a>(&'a [u8]);

impl<'a> Datagrams<'a> {
    /// All of `transfer`.
    pub fn of(transfer: &'a [u8]) -> Self {
        Self(transfer)
    }
}

impl<'a> Iterator for Datagrams<'a> {
    type Item = Result<Datagram<'a>, &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        let transfer = std::mem::take(&mut self.0);
        if transfer.is_empty() {
            return None;
        }
        let Some(([flags, mux, high, low], rest)) = transfer.split_first_chunk::<HEADER>() else {
            return Some(Err("shorter than a QMAP header"));
        };
        let length = u16::from_be_bytes([*high, *low]).into();
        let Some((payload, rest)) = rest.split_at_checked(length) else {
            return Some(Err("shorter than its QMAP header says"));
        };
        self.0 = rest;
        if flags & COMMAND != 0 {
            return Some(Err("a QMAP command"));
        }
        let length = length.saturating_sub((flags & PADDING).into());
        if length == 0 {
            return Some(Err("nothing but QMAP padding"));
        }
        Some(Ok(Datagram {
            mux: *mux,
            packet: &payload[..length],
        }))
    }
}

/// Bytes that a packet of `length` bytes takes in a transfer.
pub fn size(length: usize) -> usize {
    HEADER + length.next_multiple_of(ALIGNMENT)
}

/// Appends a datagram to a transfer. False, and nothing is appended, if the packet is too long for the header.
pub fn append(transfer: &mut Vec<u8>, mux: u8, packet: &[u8]) -> bool {
    let padded = packet.len().next_multiple_of(ALIGNMENT);
    let Ok(length) = u16::try_from(padded) else {
        return false;
    };
    // Less than ALIGNMENT.
    transfer.push((padded - packet.len()) as u8);
    transfer.push(mux);
    transfer.extend(length.to_be_bytes());
    transfer.extend(packet);
    transfer.resize(transfer.len() + padded - packet.len(), 0);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(transfer: &[u8]) -> Vec<Result<Datagram<'_>, &'static str>> {
        Datagrams::of(transfer).collect()
    }

    fn datagram(mux: u8, packet: &[u8]) -> Result<Datagram<'_>, &'static str> {
        Ok(Datagram { mux, packet })
    }

    #[test]
    fn what_is_built_is_parsed() {
        let mut transfer = Vec::new();
        assert!(append(&mut transfer, 1, &[0x45, 2, 3, 4, 5]));
        assert_eq!(transfer, [3, 1, 0, 8, 0x45, 2, 3, 4, 5, 0, 0, 0]);
        assert_eq!(transfer.len(), size(5));
        assert!(append(&mut transfer, 254, &[0x60, 2, 3, 4]));
        assert_eq!(transfer[12..16], [0, 254, 0, 4]);
        let wanted = [
            datagram(1, &[0x45, 2, 3, 4, 5]),
            datagram(254, &[0x60, 2, 3, 4]),
        ];
        assert_eq!(parse(&transfer), wanted);
    }

    #[test]
    fn a_packet_must_fit_into_the_header() {
        let mut transfer = Vec::new();
        assert!(append(&mut transfer, 1, &[0; 65_532]));
        assert!(!append(&mut transfer, 1, &[0; 65_533]));
        assert_eq!(transfer.len(), 65_536);
    }

    #[test]
    fn one_bad_datagram_costs_no_other() {
        let transfer = [
            [0x80, 1, 0, 2, 1, 1].as_slice(), // a command
            &[4, 1, 0, 4, 0, 0, 0, 0],        // padding only
            &[5, 1, 0, 4, 0, 0, 0, 0],        // more padding than payload
            &[0, 1, 0, 0],                    // empty
            &[0x40, 9, 0, 1, 7],              // the reserved bit
        ];
        let results = parse(&transfer.concat())
            .iter()
            .map(Result::is_ok)
            .collect::<Vec<_>>();
        assert_eq!(results, [false, false, false, false, true]);
    }

    #[test]
    fn what_is_cut_short_ends_the_transfer() {
        assert_eq!(parse(&[]), []);
        let cut = [0, 1, 0, 1, 7, 0, 1, 0, 9, 7];
        assert_eq!(parse(&cut).len(), 2);
        assert_eq!(parse(&cut)[0], datagram(1, &[7]));
        assert!(parse(&cut)[1].is_err());
        assert!(parse(&[0, 1, 0])[0].is_err());
    }
}
