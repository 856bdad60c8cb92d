// SPDX-License-Identifier: GPL-2.0-only
//! The command line.

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};

use clap::{Parser, Subcommand};

use crate::echo::Echo;
use crate::error::Result;
use crate::modem::{Counters, Segments};
use crate::{datagrams, host, memory, stream};

/// Makes traffic of a known size with the virtual modem.
#[derive(Debug, Parser)]
pub struct Arguments {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Clone, Debug, Subcommand)]
enum Kind {
    /// TCP from the modem, in segments of 1460 bytes
    TcpDown(Size),
    /// TCP to the modem, in segments of 1460 bytes
    TcpUp(Size),
    /// UDP from the modem
    UdpDown {
        /// Bytes of each datagram
        #[arg(long)]
        bytes: usize,
        #[command(flatten)]
        size: Size,
    },
    /// UDP to the modem
    UdpUp {
        /// Bytes of each datagram
        #[arg(long)]
        bytes: usize,
        #[command(flatten)]
        size: Size,
    },
    /// Pings, one after the other
    Ping(Size),
    /// TCP from the modem; the result is the most memory that the kernel had in use, in KiB
    Memory(Size),
    /// Print what memory the kernel has in use, in KiB
    InUse,
}

#[derive(Clone, Debug, clap::Args)]
struct Size {
    /// How many, on all addresses together
    #[arg(long)]
    count: u64,
    /// The modem's addresses
    #[arg(required = true)]
    addresses: Vec<IpAddr>,
}

/// Does what the command line says.
///
/// # Errors
/// The one line to print.
pub fn main(arguments: &Arguments) -> Result<()> {
    match &arguments.kind {
        Kind::TcpDown(size) | Kind::TcpUp(size) => {
            let down = matches!(arguments.kind, Kind::TcpDown(_));
            let streams = stream::connect(&size.addresses, stream::port(down), size.count)?;
            measure(size, || {
                if down {
                    stream::download(streams)?;
                } else {
                    stream::upload(streams)?;
                }
                Ok(size.count)
            })
        }
        Kind::UdpDown { bytes, size } => {
            let flows = datagrams::connect(&size.addresses, true, size.count)?;
            measure(size, || datagrams::receive(&flows, *bytes))
        }
        Kind::UdpUp { bytes, size } => {
            let flows = datagrams::connect(&size.addresses, false, size.count)?;
            measure(size, || datagrams::send(&flows, *bytes))
        }
        Kind::Ping(size) => {
            let echo = Echo::new(size.addresses[0])?;
            measure(size, || echo.ping(size.count))
        }
        Kind::Memory(size) => {
            let streams = stream::connect(&size.addresses, stream::port(true), size.count)?;
            let most = AtomicI64::new(memory::in_use()?);
            stream::watched_download(streams, || {
                if let Ok(now) = memory::in_use() {
                    most.fetch_max(now, Ordering::Relaxed);
                }
            })?;
            println!("{}", most.into_inner());
            Ok(())
        }
        Kind::InUse => {
            println!("{}", memory::in_use()?);
            Ok(())
        }
    }
}

/// Makes traffic between two marks, and tells the host how much there was, as `work` says.
fn measure(size: &Size, work: impl FnOnce() -> Result<u64>) -> Result<()> {
    let address = size.addresses[0];
    let before = Counters::ask(address)?;
    host::mark()?;
    let packets = work()?;
    host::mark()?;
    let after = Counters::ask(address)?;
    let segments = |way: fn(&Counters) -> Segments| {
        let (before, after) = (way(&before), way(&after));
        (after.data - before.data, after.empty - before.empty)
    };
    let (down, down_empty) = segments(|counters| counters.down);
    let (up, up_empty) = segments(|counters| counters.up);
    host::result(&format!(
        "packets={packets} lost={} in={} out={} down={down} down-empty={down_empty} up={up} up-empty={up_empty}",
        size.count.saturating_sub(packets),
        after.inward - before.inward,
        after.outward - before.outward,
    ))
}
