// SPDX-License-Identifier: GPL-2.0-only
//! UDP in great numbers. Many datagrams go in one system call, so that user space costs little.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{IpAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::thread;
use std::time::Duration;

use nix::sys::socket::sockopt::UdpGsoSegment;
use nix::sys::socket::{recvmmsg, sendmmsg, setsockopt, MsgFlags, MultiHeaders, SockaddrStorage};

use crate::error::{Error, Result};
use crate::modem::{share, socket, Counters, COUNT, FLOOD, PATIENCE};

/// Datagrams in one system call.
pub const BATCH: usize = 64;
/// Datagrams that the kernel gets as one: with any usual size they are no more than fit.
const SEGMENTS: u64 = 32;
/// After so long nothing more will come: what is missing is lost.
pub const SILENCE: Duration = Duration::from_secs(2);

/// A socket to one of the modem's addresses, and the datagrams that are to pass over it.
pub struct Flow {
    address: IpAddr,
    socket: UdpSocket,
    count: u64,
}

/// Sockets to all addresses, which share so many datagrams.
pub fn connect(addresses: &[IpAddr], down: bool, count: u64) -> Result<Vec<Flow>> {
    let port = if down { FLOOD } else { COUNT };
    let flow = |(&address, count)| {
        let socket = socket(address, port)?;
        socket.set_read_timeout(Some(SILENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(Flow {
            address,
            socket,
            count,
        })
    };
    let shares = share(count, addresses.len());
    addresses.iter().zip(shares).map(flow).collect()
}

/// Has the modem send datagrams of `size` bytes; how many came.
pub fn receive(flows: &[Flow], size: usize) -> Result<u64> {
    thread::scope(|scope| {
        let (first, others) = flows.split_first().ok_or_else(nothing)?;
        let others: Vec<_> = others
            .iter()
            .map(|flow| scope.spawn(|| flow.receive(size)))
            .collect();
        let mut received = first.receive(size)?;
        for other in others {
            received += other.join().map_err(|_| nothing())??;
        }
        Ok(received)
    })
}

/// Sends datagrams of `size` bytes, a batch to each address in turn; how many the modem got.
pub fn send(flows: &[Flow], size: usize) -> Result<u64> {
    send_in_turn(flows, BATCH as u64, |flow, count| flow.send(size, count))
}

/// As [`send`], but the kernel gets many datagrams as one, and segments them.
pub fn send_segmented(flows: &[Flow], size: usize) -> Result<u64> {
    let segment = i32::try_from(size).map_err(|_| nothing())?;
    for flow in flows {
        setsockopt(&flow.socket, UdpGsoSegment, &segment)
            .map_err(io::Error::from)
            .map_err(Error::network("sending to", flow.address))?;
    }
    send_in_turn(flows, SEGMENTS, |flow, count| {
        let payload = vec![0; size * count as usize];
        let fail = Error::network("sending to", flow.address);
        flow.socket.send(&payload).map_err(fail)?;
        Ok(count)
    })
}

/// Sends by each of `flows` in turn, at most `batch` datagrams at a time; how many the modem got.
fn send_in_turn(
    flows: &[Flow],
    batch: u64,
    mut send: impl FnMut(&Flow, u64) -> Result<u64>,
) -> Result<u64> {
    let mut left: Vec<_> = flows.iter().map(|flow| flow.count).collect();
    while left.iter().any(|&count| count > 0) {
        for (flow, left) in flows.iter().zip(&mut left) {
            if *left > 0 {
                *left -= send(flow, (*left).min(batch))?;
            }
        }
    }
    let arrived = |flow: &Flow| Ok(Counters::ask_over(&flow.socket, flow.address)?.datagrams);
    flows.iter().map(arrived).sum()
}

/// Takes what waits, a batch at most, or waits for one datagram; how many came.
pub fn receive_batch(socket: &UdpSocket, buffer: &mut [u8], size: usize) -> io::Result<u64> {
    let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(BATCH, None);
    let mut slices: Vec<_> = buffer
        .chunks_mut(size)
        .map(|chunk| [IoSliceMut::new(chunk)])
        .collect();
    let flags = MsgFlags::MSG_WAITFORONE;
    let fd = socket.as_raw_fd();
    let messages = recvmmsg(fd, &mut headers, slices.iter_mut(), flags, None)?;
    Ok(messages.count() as u64)
}

fn nothing() -> io::Error {
    io::Error::other("no addresses")
}

impl Flow {
    fn receive(&self, size: usize) -> Result<u64> {
        let fail = Error::network("receiving from", self.address);
        self.socket
            .send(format!("{} {size}\n", self.count).as_bytes())
            .map_err(&fail)?;
        let mut received = 0;
        let mut buffer = vec![0; BATCH * size];
        while received < self.count {
            match receive_batch(&self.socket, &mut buffer, size) {
                Ok(count) => received += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(fail(error)),
            }
        }
        Ok(received)
    }

    fn send(&self, size: usize, count: u64) -> Result<u64> {
        let payload = vec![0; size];
        let slices = vec![[IoSlice::new(&payload)]; count as usize];
        let addresses: Vec<Option<SockaddrStorage>> = vec![None; slices.len()];
        let mut headers = MultiHeaders::preallocate(slices.len(), None);
        let fd = self.socket.as_raw_fd();
        let flags = MsgFlags::empty();
        let sent = sendmmsg(fd, &mut headers, &slices, &addresses, [], flags)
            .map_err(io::Error::from)
            .map_err(Error::network("sending to", self.address))?;
        Ok(sent.count() as u64)
    }
}
