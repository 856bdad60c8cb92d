// SPDX-License-Identifier: GPL-2.0-only
//! The command line.

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::echo::Echo;
use crate::error::Result;
use crate::forward::forward;
use crate::modem::{Counters, Segments};
use crate::overload::Overload;
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
    TcpDown(Streams),
    /// TCP to the modem, in segments of 1460 bytes
    TcpUp(Streams),
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
        /// The kernel gets many as one, and segments them (`UDP_SEGMENT`)
        #[arg(long)]
        segmented: bool,
        #[command(flatten)]
        size: Size,
    },
    /// More UDP from the modem than can be taken
    Overload {
        /// Bytes of each datagram
        #[arg(long)]
        bytes: usize,
        /// For how long those are counted that come
        #[arg(long)]
        milliseconds: u64,
        /// The modem's address
        address: IpAddr,
    },
    /// Pings, one after the other
    Ping(Size),
    /// TCP through this guest, to the client behind the card
    ForwardDown(Ends),
    /// TCP through this guest, from the client behind the card
    ForwardUp(Ends),
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

#[derive(Clone, Debug, clap::Args)]
struct Streams {
    /// Connections to each address
    #[arg(long, default_value_t = 1)]
    flows: usize,
    #[command(flatten)]
    size: Size,
}

#[derive(Clone, Debug, clap::Args)]
struct Ends {
    /// How many segments
    #[arg(long)]
    count: u64,
    /// Address of the client behind the card
    client: IpAddr,
    /// The modem's address
    server: IpAddr,
}

/// Does what the command line says.
///
/// # Errors
/// The one line to print.
pub fn main(arguments: &Arguments) -> Result<()> {
    match &arguments.kind {
        Kind::TcpDown(streams) | Kind::TcpUp(streams) => {
            let down = matches!(arguments.kind, Kind::TcpDown(_));
            let Streams { flows, size } = streams;
            let streams = stream::connect(&size.addresses, *flows, stream::port(down), size.count)?;
            measure(size.addresses[0], size.count, || {
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
            measure(size.addresses[0], size.count, || {
                datagrams::receive(&flows, *bytes)
            })
        }
        Kind::UdpUp {
            bytes,
            segmented,
            size,
        } => {
            let flows = datagrams::connect(&size.addresses, false, size.count)?;
            measure(size.addresses[0], size.count, || {
                if *segmented {
                    datagrams::send_segmented(&flows, *bytes)
                } else {
                    datagrams::send(&flows, *bytes)
                }
            })
        }
        Kind::Overload {
            bytes,
            milliseconds,
            address,
        } => {
            let mut overload = Overload::begin(*address, *bytes)?;
            host::mark()?;
            let received = overload.count(Duration::from_millis(*milliseconds))?;
            host::mark()?;
            overload.end()?;
            host::result(&format!(
                "packets={} reached={}",
                received.read, received.reached,
            ))
        }
        Kind::Ping(size) => {
            let echo = Echo::new(size.addresses[0])?;
            measure(size.addresses[0], size.count, || echo.ping(size.count))
        }
        Kind::ForwardDown(ends) | Kind::ForwardUp(ends) => {
            let down = matches!(arguments.kind, Kind::ForwardDown(_));
            let &Ends {
                count,
                client,
                server,
            } = ends;
            measure(server, count, || {
                forward(client, server, down, count)?;
                Ok(count)
            })
        }
        Kind::Memory(size) => {
            let streams = stream::connect(&size.addresses, 1, stream::port(true), size.count)?;
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

/// Makes traffic between two marks, and tells the host how much there was, as `work` says, of `count`. The modem at
/// `address` tells what it saw of that.
fn measure(address: IpAddr, count: u64, work: impl FnOnce() -> Result<u64>) -> Result<()> {
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
        count.saturating_sub(packets),
        after.inward - before.inward,
        after.outward - before.outward,
    ))
}
