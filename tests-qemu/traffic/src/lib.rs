// SPDX-License-Identifier: GPL-2.0-only
//! Traffic of a known size between a guest and the virtual modem, for measurements.
//!
//! Standard input and output are the guest's control port: a line `mark` before and after the traffic, each answered when
//! the host has read its counters, and a line `result` at the end. Connections are made before the first mark.

pub mod cli;
pub mod datagrams;
pub mod echo;
pub mod error;
pub mod forward;
pub mod host;
pub mod memory;
pub mod modem;
pub mod overload;
pub mod stream;
