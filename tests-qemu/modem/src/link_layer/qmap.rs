// SPDX-License-Identifier: GPL-2.0-only
//! QMAP: several packets in one transfer, each after a header of four bytes. It has a flag for commands, one for a header that
//! follows, the length of the padding at the payload's end, the mux id, and the payload's length, big-endian, with padding.
//!
//! Later versions also carry what host and modem do for each other about checksums, in bytes that the payload's length leaves out:
//!
//! | | from the host, before the packet | to the host |
//! |---|---|---|
//! | version 4 | 4 bytes: where to put which checksum | 8 bytes behind the padding: the sum over the packet |
//! | version 5 | 4 bytes: whether to compute it | 4 bytes before the packet: whether it is right |
//!
//! Commands have none of these.
//!
//! Sources: the kernel's Documentation/networking/device_drivers/cellular/qualcomm/rmnet.rst and include/linux/if_rmnet.h; and
//! drivers/net/ethernet/qualcomm/rmnet/rmnet_map_data.c, for what they leave open.

use serde::Deserialize;

use super::checksum::{Request, Verdict};

/// Bytes of a header.
const HEADER: usize = 4;
/// Payloads are padded to a multiple of this.
const ALIGNMENT: usize = 4;
/// In the first byte: this is a command, not a packet.
const COMMAND: u8 = 0x80;
/// In the first byte, version 5: another header follows.
const NEXT_HEADER: u8 = 0x40;
/// In the first byte: length of the padding.
const PADDING: u8 = 0x3f;

/// Bytes of what is before a packet in versions 4 and 5.
const BEFORE: usize = 4;
/// Version 4, from the host: compute it; the checksum is UDP's; where it is behind the start.
const ENABLED: u16 = 0x8000;
const UDP: u16 = 0x4000;
const OFFSET: u16 = 0x3fff;
/// Bytes of what is behind a packet to the host in version 4.
const TRAILER: usize = 8;
/// In the trailer's second byte: the sum is there.
const SUM_VALID: u8 = 0x01;
/// Version 5, first byte: type of the header, above a flag for yet another.
const CHECKSUM_HEADER: u8 = 2 << 1;
const ANOTHER: u8 = 0x01;
/// Version 5, second byte: from the host, compute it; to the host, it is right.
const VALID_OR_WANTED: u8 = 0x80;

/// Versions, as WDA numbers them among the aggregation protocols.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u8")]
pub enum Version {
    /// Packets alone.
    #[default]
    V1 = 5,
    /// With sums behind packets to the host.
    V4 = 8,
    /// With verdicts before packets to the host.
    V5 = 9,
}

impl Version {
    /// All, the latest last.
    pub const ALL: [Self; 3] = [Self::V1, Self::V4, Self::V5];

    /// The version that WDA numbers so.
    pub fn from_wda(value: u32) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|version| *version as u32 == value)
    }
}

impl TryFrom<u8> for Version {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::V1),
            4 => Ok(Self::V4),
            5 => Ok(Self::V5),
            _ => Err(format!("there is no QMAP version {number} here")),
        }
    }
}

/// A packet and where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Mux id.
    pub mux: u8,
    /// The packet, without padding.
    pub packet: &'a [u8],
    /// What is to be done to it.
    pub request: Request,
}

/// The datagrams of a transfer from the host; in place of each that is none, the reason.
#[derive(Debug, Clone)]
pub struct Datagrams<'a> {
    rest: &'a [u8],
    version: Version,
}

impl<'a> Datagrams<'a> {
    /// All of `transfer`.
    pub fn of(transfer: &'a [u8], version: Version) -> Self {
        Self {
            rest: transfer,
            version,
        }
    }
}

impl<'a> Iterator for Datagrams<'a> {
    type Item = Result<Datagram<'a>, &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        let transfer = std::mem::take(&mut self.rest);
        if transfer.is_empty() {
            return None;
        }
        let Some(([flags, mux, high, low], mut rest)) = transfer.split_first_chunk::<HEADER>()
        else {
            return Some(Err("shorter than a QMAP header"));
        };
        let command = flags & COMMAND != 0;
        let mut request = Ok(Request::Nothing);
        if self.version != Version::V1 && !command {
            let Some((header, behind)) = rest.split_first_chunk::<BEFORE>() else {
                return Some(Err("shorter than a checksum header"));
            };
            request = match self.version {
                Version::V5 => request_v5(*flags, *header),
                _ => Ok(request_v4(*header)),
            };
            if request.is_ok() || flags & NEXT_HEADER != 0 {
                rest = behind;
            }
        }
        let length = u16::from_be_bytes([*high, *low]).into();
        let Some((payload, rest)) = rest.split_at_checked(length) else {
            return Some(Err("shorter than its QMAP header says"));
        };
        self.rest = rest;
        if command {
            return Some(Err("a QMAP command"));
        }
        let length = length.saturating_sub((flags & PADDING).into());
        if length == 0 {
            return Some(Err("nothing but QMAP padding"));
        }
        Some(request.map(|request| Datagram {
            mux: *mux,
            packet: &payload[..length],
            request,
        }))
    }
}

fn request_v4([a, b, c, d]: [u8; BEFORE]) -> Request {
    let info = u16::from_be_bytes([c, d]);
    if info & ENABLED == 0 {
        return Request::Nothing;
    }
    Request::At {
        start: u16::from_be_bytes([a, b]).into(),
        field: (info & OFFSET).into(),
        udp: info & UDP != 0,
    }
}

fn request_v5(flags: u8, [kind, info, _, _]: [u8; BEFORE]) -> Result<Request, &'static str> {
    if flags & NEXT_HEADER == 0 {
        return Err("no checksum header");
    }
    if kind & !ANOTHER != CHECKSUM_HEADER {
        return Err("a header that is not for checksums");
    }
    if kind & ANOTHER != 0 {
        return Err("more headers than the one for checksums");
    }
    Ok(match info & VALID_OR_WANTED {
        0 => Request::Nothing,
        _ => Request::Anywhere,
    })
}

/// Bytes of a datagram to the host besides the packet and its padding; those from the host have at most as many.
pub fn overhead(version: Version) -> usize {
    match version {
        Version::V1 => HEADER,
        Version::V4 => HEADER + TRAILER,
        Version::V5 => HEADER + BEFORE,
    }
}

/// Bytes that a packet of `length` bytes takes in a transfer to the host.
pub fn size(version: Version, length: usize) -> usize {
    overhead(version) + length.next_multiple_of(ALIGNMENT)
}

/// Appends a datagram to a transfer to the host. False, and nothing is appended, if the packet is too long for the header.
pub fn append(
    transfer: &mut Vec<u8>,
    version: Version,
    mux: u8,
    packet: &[u8],
    verdict: Verdict,
) -> bool {
    let padded = packet.len().next_multiple_of(ALIGNMENT);
    let Ok(length) = u16::try_from(padded) else {
        return false;
    };
    // Less than ALIGNMENT.
    let padding = (padded - packet.len()) as u8;
    let [high, low] = length.to_be_bytes();
    if version == Version::V5 {
        let valid = if verdict.right { VALID_OR_WANTED } else { 0 };
        transfer.extend([padding | NEXT_HEADER, mux, high, low]);
        transfer.extend([CHECKSUM_HEADER, valid, 0, 0]);
    } else {
        transfer.extend([padding, mux, high, low]);
    }
    transfer.extend(packet);
    transfer.resize(transfer.len() + padded - packet.len(), 0);
    if version == Version::V4 {
        transfer.extend(trailer(packet, verdict));
    }
    true
}

/// Where the sum starts, over how many bytes it goes, and what it is.
fn trailer(packet: &[u8], verdict: Verdict) -> [u8; TRAILER] {
    let Some(sum) = verdict.sum else {
        return [0; TRAILER];
    };
    // It has fitted into the header.
    let [high, low] = (packet.len() as u16).to_be_bytes();
    let [first, second] = sum.to_be_bytes();
    [0, SUM_VALID, 0, 0, high, low, first, second]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(transfer: &[u8]) -> Vec<Result<Datagram<'_>, &'static str>> {
        Datagrams::of(transfer, Version::V1).collect()
    }

    fn datagram(mux: u8, packet: &[u8]) -> Result<Datagram<'_>, &'static str> {
        asking(mux, packet, Request::Nothing)
    }

    fn asking(mux: u8, packet: &[u8], request: Request) -> Result<Datagram<'_>, &'static str> {
        Ok(Datagram {
            mux,
            packet,
            request,
        })
    }

    fn append(transfer: &mut Vec<u8>, mux: u8, packet: &[u8]) -> bool {
        super::append(transfer, Version::V1, mux, packet, Verdict::default())
    }

    #[test]
    fn what_is_built_is_parsed() {
        let mut transfer = Vec::new();
        assert!(append(&mut transfer, 1, &[0x45, 2, 3, 4, 5]));
        assert_eq!(transfer, [3, 1, 0, 8, 0x45, 2, 3, 4, 5, 0, 0, 0]);
        assert_eq!(transfer.len(), size(Version::V1, 5));
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
        let truncated = [0, 1, 0, 1, 7, 0, 1, 0, 9, 7];
        assert_eq!(parse(&truncated).len(), 2);
        assert_eq!(parse(&truncated)[0], datagram(1, &[7]));
        assert!(parse(&truncated)[1].is_err());
        assert!(parse(&[0, 1, 0])[0].is_err());
    }

    #[test]
    fn version_4_says_where_a_checksum_belongs() {
        let transfer = [
            // Start 20, offset 16, TCP; one byte of padding.
            [0x01, 1, 0, 4, 0, 20, 0x80, 16, 0x45, 2, 3, 0].as_slice(),
            // The same of UDP, with offset 6 behind 40 bytes.
            &[0, 2, 0, 1, 0, 40, 0xc0, 6, 0x60],
            // Not wanted; a command, which has no such header.
            &[0, 3, 0, 1, 0, 40, 0x40, 6, 0x60],
            &[0x80, 1, 0, 2, 1, 1],
            &[0, 4, 0, 1, 0, 0, 0, 0, 0x45],
        ]
        .concat();
        let results: Vec<_> = Datagrams::of(&transfer, Version::V4).collect();
        let at = |start, field, udp| Request::At { start, field, udp };
        assert_eq!(
            results,
            [
                asking(1, &[0x45, 2, 3], at(20, 16, false)),
                asking(2, &[0x60], at(40, 6, true)),
                datagram(3, &[0x60]),
                Err("a QMAP command"),
                datagram(4, &[0x45]),
            ]
        );
    }

    #[test]
    fn version_5_says_whether_a_checksum_is_wanted() {
        let transfer = [
            [0x41, 1, 0, 2, 4, 0x80, 0, 0, 0x45, 0].as_slice(),
            // Reserved bits do not matter.
            &[0x40, 2, 0, 1, 4, 0x7f, 1, 2, 0x60],
            &[0x80, 1, 0, 2, 1, 1],
            // The next header is another, none, or two.
            &[0x40, 3, 0, 1, 6, 0, 0, 0, 0x45],
            &[0x00, 3, 0, 5, 4, 0, 0, 0, 0x45],
            &[0x40, 3, 0, 1, 5, 0, 0, 0, 0x45],
            &[0x40, 4, 0, 1, 4, 0, 0, 0, 0x45],
        ]
        .concat();
        let results: Vec<_> = Datagrams::of(&transfer, Version::V5).collect();
        assert_eq!(
            results,
            [
                asking(1, &[0x45], Request::Anywhere),
                datagram(2, &[0x60]),
                Err("a QMAP command"),
                Err("a header that is not for checksums"),
                Err("no checksum header"),
                Err("more headers than the one for checksums"),
                datagram(4, &[0x45]),
            ]
        );
    }

    #[test]
    fn what_is_cut_short_in_the_checksum_header_ends_the_transfer() {
        for version in [Version::V4, Version::V5] {
            let results: Vec<_> = Datagrams::of(&[0x40, 1, 0, 1, 4, 0], version).collect();
            assert_eq!(results, [Err("shorter than a checksum header")]);
        }
    }

    #[test]
    fn verdicts_are_where_each_version_has_them() {
        let right = Verdict {
            sum: Some(0x1234),
            right: true,
        };
        let wrong = Verdict {
            right: false,
            ..right
        };
        let append = |version, verdict| {
            let mut transfer = Vec::new();
            assert!(super::append(
                &mut transfer,
                version,
                7,
                &[0x45, 1, 2],
                verdict
            ));
            assert_eq!(transfer.len(), size(version, 3));
            transfer
        };
        let packet = [1, 7, 0, 4, 0x45, 1, 2, 0];
        for verdict in [right, wrong] {
            assert_eq!(append(Version::V1, verdict), packet);
            let trailer = [0, 1, 0, 0, 0, 3, 0x12, 0x34];
            assert_eq!(
                append(Version::V4, verdict),
                [packet.as_slice(), &trailer].concat()
            );
        }
        let unknown = append(Version::V4, Verdict::default());
        assert_eq!(unknown[8..], [0; TRAILER]);
        for (verdict, valid) in [(right, 0x80), (wrong, 0), (Verdict::default(), 0)] {
            let wanted = [0x41, 7, 0, 4, 4, valid, 0, 0, 0x45, 1, 2, 0];
            assert_eq!(append(Version::V5, verdict), wanted);
        }
    }

    #[test]
    fn versions_have_numbers_in_profiles_and_in_wda() {
        let of_profile = [1, 4, 5].map(|number| Version::try_from(number).unwrap());
        assert_eq!(of_profile, Version::ALL);
        assert!(Version::try_from(2).is_err());
        let of_wda = [5, 8, 9].map(|number| Version::from_wda(number).unwrap());
        assert_eq!(of_wda, Version::ALL);
        assert_eq!(Version::from_wda(7), None);
    }
}
