// SPDX-License-Identifier: GPL-2.0-only

//! Offloads of network devices.
//!
//! C header: [`include/linux/netdev_features.h`](srctree/include/linux/netdev_features.h)

use crate::kernel_ext::bindings;
use kernel::ffi;

/// Offloads of a device: bits of `netdev_features_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel_ext) struct Features(u64);

impl Features {
    /// Checksums of TCP and UDP over IPv4 and IPv6, in what is sent (`NETIF_F_IP_CSUM`,
    /// `NETIF_F_IPV6_CSUM`).
    pub(in crate::kernel_ext) const CSUM: Self =
        Self::bit(bindings::NETIF_F_IP_CSUM_BIT).union(Self::bit(bindings::NETIF_F_IPV6_CSUM_BIT));

    /// Checksums in what is received (`NETIF_F_RXCSUM`).
    pub(in crate::kernel_ext) const RXCSUM: Self = Self::bit(bindings::NETIF_F_RXCSUM_BIT);

    /// Packets whose data lies anywhere, and packets of TCP and UDP that are still to be segmented.
    /// What GRO has merged from another device may have others in its fragment list.
    pub(in crate::kernel_ext) const GSO: Self = Self::bit(bindings::NETIF_F_SG_BIT)
        .union(Self::bit(bindings::NETIF_F_FRAGLIST_BIT))
        .union(Self::bit(bindings::NETIF_F_TSO_BIT))
        .union(Self::bit(bindings::NETIF_F_TSO_ECN_BIT))
        .union(Self::bit(bindings::NETIF_F_TSO_MANGLEID_BIT))
        .union(Self::bit(bindings::NETIF_F_TSO6_BIT))
        .union(Self::bit(bindings::NETIF_F_GSO_UDP_L4_BIT));

    /// UDP GRO for packets that are forwarded (`NETIF_F_GRO_UDP_FWD`), off by default.
    pub(in crate::kernel_ext) const GRO_UDP_FWD: Self =
        Self::bit(bindings::NETIF_F_GRO_UDP_FWD_BIT);

    /// GRO (`NETIF_F_GRO`).
    pub(in crate::kernel_ext) const GRO: Self = Self::bit(bindings::NETIF_F_GRO_BIT);

    const fn bit(number: ffi::c_uint) -> Self {
        Self(1_u64.wrapping_shl(number))
    }

    /// The union of both.
    pub(in crate::kernel_ext) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The bits of `netdev_features_t`.
    pub(in crate::kernel_ext) const fn bits(self) -> bindings::netdev_features_t {
        self.0
    }
}
