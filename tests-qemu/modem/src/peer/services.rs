// SPDX-License-Identifier: GPL-2.0-only
//! The services of the in-process peer, on the ports of the old small services:
//! 5 verbatim (UDP), 6 hostile (UDP), 7 echo (UDP and TCP), 9 sink, 19 source (TCP); 9 count, 20 flood, 21 client (UDP); and
//! DHCP (67).
//!
//! What comes to verbatim goes back as one transfer of the modem, with nothing around it.
//! Hostile takes "SEED FIRST COUNT" and has the modem send that many wrong transfers.
//! The sink answers the client's half-close with the SHA-256 of all it got, as hexadecimal digits and
//! a newline. The source takes a line with a number and sends that many pseudo-random bytes.

use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use sha2::{Digest, Sha256};
use smoltcp::iface::{Context, SocketHandle, SocketSet};
use smoltcp::socket::{tcp, udp};
use smoltcp::wire::DHCP_SERVER_PORT;

use super::client::Client;
use super::clock::Clock;
use super::dhcp;
use super::measure::{Count, Flood};
use super::sockets::{half_closed, small, stream_socket, udp_socket, SINK, SOURCE};
use super::tally::Tally;
use crate::addresses::Addresses;
use crate::event_log::EventLog;
use crate::hex;
use crate::hostile::{Case, Cases};

const VERBATIM: u16 = 5;
const HOSTILE: u16 = 6;
const ECHO: u16 = 7;
const COUNT: u16 = 9;
const FLOOD: u16 = 20;

/// Connections at the same time to one service.
const BACKLOG: usize = 20;
/// For measurements, in which no datagram may be lost: all that one poll may bring.
const MANY_BYTES: usize = 2 * 1024 * 1024;
const MANY_PACKETS: usize = 2048;
/// Longest line that the source takes, in bytes.
const MAX_LINE: usize = 20;
/// Bytes that the generator makes at a time.
const WORD: usize = 4;

/// What a TCP service does with one connection.
enum Work {
    Echo,
    Sink(Sink),
    Source(Box<Source>),
}

#[derive(Default)]
struct Sink {
    hash: Sha256,
    bytes: u64,
}

struct Source {
    line: Vec<u8>,
    rest: Option<u64>,
    seed: u64,
    random: ChaCha8Rng,
    hash: Sha256,
    bytes: u64,
}

struct Listener {
    port: u16,
    handle: SocketHandle,
    work: Work,
}

/// All services with their sockets.
pub struct Services {
    listeners: Vec<Listener>,
    datagrams: SocketHandle,
    verbatim: SocketHandle,
    hostile: SocketHandle,
    dhcp: SocketHandle,
    addresses: Addresses,
    counted: (SocketHandle, Count),
    flood: (SocketHandle, Flood),
    client: Client,
    /// The source's last segment has no FIN, which comes when all was acknowledged: QEMU's network card, when it splits a
    /// large segment, forgets the FIN.
    waits_with_fin: bool,
    seed: u64,
    log: EventLog,
}

impl Services {
    /// Opens every port.
    pub fn new(
        sockets: &mut SocketSet<'static>,
        addresses: &Addresses,
        seed: u64,
        log: EventLog,
        clock: Clock,
    ) -> Self {
        let mut listeners = Vec::new();
        for port in [ECHO, SINK, SOURCE] {
            for _ in 0..BACKLOG {
                let handle = sockets.add(stream_socket(clock));
                listeners.push(Listener {
                    port,
                    handle,
                    work: work(port, seed),
                });
            }
        }
        Self {
            listeners,
            datagrams: sockets.add(small(ECHO)),
            verbatim: sockets.add(small(VERBATIM)),
            hostile: sockets.add(small(HOSTILE)),
            dhcp: sockets.add(small(DHCP_SERVER_PORT)),
            addresses: *addresses,
            counted: (
                sockets.add(udp_socket(COUNT, MANY_PACKETS, MANY_BYTES)),
                Count::default(),
            ),
            flood: (sockets.add(small(FLOOD)), Flood::default()),
            client: Client::new(sockets, clock),
            waits_with_fin: clock.is_slow(),
            seed,
            log,
        }
    }

    /// Moves what can be moved; tells whether anything was. A client that asks for counts gets `tally`.
    pub fn serve(
        &mut self,
        sockets: &mut SocketSet<'static>,
        context: &mut Context,
        tally: Tally,
    ) -> bool {
        let mut acted = echo_datagrams(sockets.get_mut(self.datagrams));
        acted |= dhcp::serve(sockets.get_mut(self.dhcp), &self.addresses);
        let (counted, count) = &mut self.counted;
        acted |= count.serve(sockets.get_mut(*counted), &self.log, tally);
        let (socket, flood) = &mut self.flood;
        acted |= flood.serve(sockets.get_mut(*socket));
        acted |= self.client.serve(sockets, context);
        for listener in &mut self.listeners {
            let socket: &mut tcp::Socket = sockets.get_mut(listener.handle);
            if !socket.is_open() {
                listener.work = work(listener.port, self.seed);
                acted |= socket.listen(listener.port).is_ok();
                continue;
            }
            acted |= match &mut listener.work {
                Work::Echo => echo(socket),
                Work::Sink(sink) => sink.serve(socket, &self.log),
                Work::Source(source) => source.serve(socket, &self.log, self.waits_with_fin),
            };
        }
        acted
    }

    /// The next transfer that a client of the verbatim service wants the modem to send.
    pub fn verbatim(&mut self, sockets: &mut SocketSet<'static>) -> Option<Vec<u8>> {
        let socket: &mut udp::Socket = sockets.get_mut(self.verbatim);
        socket.recv().ok().map(|(data, _)| data.to_vec())
    }

    /// The next cases that a client of the hostile service asks for.
    pub fn hostile(&mut self, sockets: &mut SocketSet<'static>) -> Option<Cases> {
        let socket: &mut udp::Socket = sockets.get_mut(self.hostile);
        let (data, _) = socket.recv().ok()?;
        let words = std::str::from_utf8(data).ok()?.split_whitespace();
        let numbers: Vec<u64> = words.map_while(|word| word.parse().ok()).collect();
        let [seed, number, count] = numbers[..].try_into().ok()?;
        Some(Cases::new(Case { seed, number }, count))
    }
}

fn work(port: u16, seed: u64) -> Work {
    match port {
        SINK => Work::Sink(Sink::default()),
        SOURCE => Work::Source(Box::new(Source {
            line: Vec::new(),
            rest: None,
            seed,
            random: ChaCha8Rng::seed_from_u64(seed),
            hash: Sha256::new(),
            bytes: 0,
        })),
        _ => Work::Echo,
    }
}

fn echo_datagrams(socket: &mut udp::Socket) -> bool {
    let mut acted = false;
    while socket.can_send() {
        let Ok((data, from)) = socket.recv() else {
            break;
        };
        let data = data.to_vec();
        // A datagram that does not fit is lost, as datagrams may be.
        let _ = socket.send_slice(&data, from);
        acted = true;
    }
    acted
}

fn echo(socket: &mut tcp::Socket) -> bool {
    let space = socket.send_capacity() - socket.send_queue();
    let data = socket.recv(|data| {
        let length = data.len().min(space);
        (length, data[..length].to_vec())
    });
    let moved = data.is_ok_and(|data| socket.send_slice(&data).is_ok_and(|n| n > 0));
    if half_closed(socket) {
        socket.close();
        return true;
    }
    moved
}

fn client(socket: &tcp::Socket) -> Option<String> {
    socket.remote_endpoint().map(|end| end.to_string())
}

impl Sink {
    fn serve(&mut self, socket: &mut tcp::Socket, log: &EventLog) -> bool {
        let taken = socket.recv(|data| {
            self.hash.update(&*data);
            (data.len(), data.len())
        });
        let taken = taken.unwrap_or(0);
        self.bytes += taken as u64;
        if !half_closed(socket) {
            return taken > 0;
        }
        let sha256 = hex::encode(&std::mem::take(&mut self.hash).finalize());
        log.event(
            "stream",
            json!({
                "service": "sink",
                "client": client(socket),
                "bytes": self.bytes,
                "sha256": sha256,
            }),
        );
        // The send buffer of a connection that was only read from is empty: the line fits.
        let _ = socket.send_slice(format!("{sha256}\n").as_bytes());
        socket.close();
        true
    }
}

impl Source {
    fn serve(&mut self, socket: &mut tcp::Socket, log: &EventLog, waits_with_fin: bool) -> bool {
        let Some(rest) = self.rest else {
            return self.read_line(socket);
        };
        if !socket.may_send() {
            return false;
        }
        if rest == 0 && waits_with_fin && socket.send_queue() > 0 {
            return false;
        }
        if rest == 0 {
            let sha256 = hex::encode(&std::mem::take(&mut self.hash).finalize());
            log.event(
                "stream",
                json!({
                    "service": "source",
                    "client": client(socket),
                    "bytes": self.bytes,
                    "sha256": sha256,
                    "seed": self.seed,
                }),
            );
            socket.close();
            return true;
        }
        let sent = socket.send(|buffer| {
            // Whole words, but for the end: the generator drops the rest of a word, and the bytes
            // must not depend on how the stream is split.
            let length = match usize::try_from(rest) {
                Ok(rest) if rest <= buffer.len() => rest,
                _ => buffer.len() - buffer.len() % WORD,
            };
            let (buffer, _) = buffer.split_at_mut(length);
            self.random.fill_bytes(buffer);
            self.hash.update(&*buffer);
            (length, length)
        });
        let sent = sent.unwrap_or(0) as u64;
        self.bytes += sent;
        self.rest = Some(rest - sent);
        sent > 0
    }

    fn read_line(&mut self, socket: &mut tcp::Socket) -> bool {
        let line = &mut self.line;
        let taken = socket.recv(|data| {
            let end = data.iter().position(|&byte| byte == b'\n');
            let length = end.map_or(data.len(), |end| end + 1);
            line.extend_from_slice(&data[..length]);
            (length, length)
        });
        if let Some(text) = self.line.strip_suffix(b"\n") {
            let number = std::str::from_utf8(text).ok();
            match number.and_then(|text| text.trim().parse().ok()) {
                Some(length) => self.rest = Some(length),
                None => socket.abort(),
            }
            return true;
        }
        if self.line.len() > MAX_LINE || half_closed(socket) {
            socket.abort();
            return true;
        }
        taken.is_ok_and(|n| n > 0)
    }
}
