// SPDX-License-Identifier: GPL-2.0-only
//! What is behind the bearer: a host to talk IP with.

mod api;
mod bursts;
mod client;
mod clock;
mod dhcp;
mod measure;
mod queue;
mod services;
mod sockets;
mod stack;
mod tally;
#[cfg(test)]
mod testing;
mod tun;

pub use api::Peer;
pub use bursts::Bursts;
pub use clock::Clock;
pub use stack::Stack;
pub use tun::{Tun, TunError};
