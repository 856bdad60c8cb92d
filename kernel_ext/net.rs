// SPDX-License-Identifier: GPL-2.0-only

//! Networking: socket buffers, network devices, NAPI, ethtool.

pub(crate) mod checksum;
pub(crate) mod ethtool;
pub(super) mod napi;
pub(crate) mod netdevice;
pub(crate) mod rtnl;
pub(crate) mod skbuff;
pub(crate) mod upper;
