// SPDX-License-Identifier: GPL-2.0-only

//! Checksum offload of QMAP: in version 4 by a trailer behind a packet from the modem, and a header
//! before one to it; in version 5 by a header before either.
//!
//! Sources: Documentation/networking/device_drivers/cellular/qualcomm/rmnet.rst, MAPv4 and MAPv5,
//! and include/linux/if_rmnet.h.

#![forbid(unsafe_code)]

use crate::{
    inet::checksum::{
        self,
        Transport, //
    },
    kernel_ext::net::skbuff::Partial, //
};

/// Length of a header to the modem, in bytes.
pub(crate) const UPLINK_HEADER_LEN: usize = 4;

/// `header_info` of version 5: the header is for checksum offload, and the last one
/// (`RMNET_MAP_HEADER_TYPE_CSUM_OFFLOAD`, shifted by the flag of the next header).
const TYPE_CHECKSUM: u8 = 2 << 1;

/// `csum_info` of version 5: the checksum is valid, or to be computed.
const VALID_OR_REQUESTED: u8 = 0x80;

/// `flags` of the trailer: the modem has computed the checksum.
const TRAILER_VALID: u8 = 0x01;

/// `csum_info` of version 4: the checksum is to be computed.
const ENABLED: u16 = 1 << 15;

/// `csum_info` of version 4: the checksum is that of UDP, whose 0 means none.
const IS_UDP: u16 = 1 << 14;

/// `csum_info` of version 4: the offset of the checksum.
const OFFSET_MASK: u16 = 0x3fff;

/// The header of version 5 before a packet from the modem (`struct rmnet_map_v5_csum_header`).
#[derive(Clone, Copy)]
pub(crate) struct DownlinkHeader {
    info: u8,
}

impl DownlinkHeader {
    /// The header, of four bytes; [`None`] if it is of another kind, or others follow it.
    pub(crate) fn parse([kind, info, _, _]: [u8; 4]) -> Option<Self> {
        (kind == TYPE_CHECKSUM).then_some(Self { info })
    }

    /// Whether the packet's checksum is valid, by the modem.
    pub(crate) fn is_valid(self) -> bool {
        self.info & VALID_OR_REQUESTED != 0
    }
}

/// The trailer of version 4 behind a packet from the modem (`struct rmnet_map_dl_csum_trailer`).
#[derive(Clone, Copy)]
pub(crate) struct DownlinkTrailer {
    flags: u8,
    /// The checksum of the whole packet, in the order in which it lies in memory.
    value: u16,
}

impl DownlinkTrailer {
    /// The trailer, of eight bytes. The modem's sum always covers the whole packet.
    pub(crate) fn parse([_, flags, _, _, _, _, value0, value1]: [u8; 8]) -> Self {
        Self {
            flags,
            value: u16::from_ne_bytes([value0, value1]),
        }
    }

    /// Whether the checksum of TCP or UDP in `packet` is valid, by the trailer.
    pub(crate) fn is_valid(self, packet: &[u8]) -> bool {
        self.flags & TRAILER_VALID != 0
            && Transport::of(packet).is_some_and(|transport| {
                // All of the packet sums up to the complement of the value. Less the IP header,
                // plus the pseudo header, that must be the zero of ones' complement.
                let rest = checksum::subtract(!self.value, transport.header_sum);

                transport.has_checksum && checksum::add(rest, transport.pseudo_sum) == u16::MAX
            })
    }
}

/// A request to the modem: to compute this checksum of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request(pub(crate) Partial);

/// The header of version 4 before a packet to the modem (`struct rmnet_map_ul_csum_header`).
pub(crate) fn uplink_header_v4(request: Option<Request>) -> [u8; UPLINK_HEADER_LEN] {
    let Some(Request(partial)) = request else {
        return [0; UPLINK_HEADER_LEN];
    };
    // CAST: both lie within a packet, whose length has 16 bits.
    let [start0, start1] = (partial.start as u16).to_be_bytes();
    let mut info = ENABLED | (partial.offset as u16 & OFFSET_MASK);

    if partial.offset == checksum::UDP_CHECKSUM {
        info |= IS_UDP;
    }
    let [info0, info1] = info.to_be_bytes();
    [start0, start1, info0, info1]
}

/// The header of version 5 before a packet to the modem (`struct rmnet_map_v5_csum_header`).
pub(crate) fn uplink_header_v5(request: Option<Request>) -> [u8; UPLINK_HEADER_LEN] {
    let info = match request {
        Some(_) => VALID_OR_REQUESTED,
        None => 0,
    };

    [TYPE_CHECKSUM, info, 0, 0]
}
