// SPDX-License-Identifier: GPL-2.0-only
//! USB/IP: waits for hosts, and serves the one that has the modem, in one thread.
//!
//! Any host that reaches the address can have the modem: the protocol knows no authentication. No host can block others, or fill
//! the memory: callers are few, say little, and the last one takes the place of the first.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpListener as StdListener;
use std::os::unix::net::UnixStream as StdStream;
use std::time::Duration;

use mio::net::{TcpListener, TcpStream, UnixStream};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Registry, Token};
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::pipe;
use tracing::{info, warn};

use super::address::Address;
use super::ending::{Ending, LinkError};
use crate::event_log::EventLog;
use crate::usbip::{Answer, Call, Host, BUS_ID};

const SIGNAL: Token = Token(0);
const PEER: Token = Token(1);
const LISTENER: Token = Token(2);
/// All connections share it: at each event all are looked at.
const HOST: Token = Token(3);

/// Callers that have not yet said what they want, at most.
const MAX_CALLERS: usize = 8;
/// Bytes read from the host at a time.
const CHUNK: usize = 256 * 1024;
/// How often the host is read from before callers and signals have their turn.
const ROUNDS: usize = 64;

/// Listens there.
///
/// # Errors
/// If that is impossible.
pub fn listen(address: Address) -> Result<StdListener, LinkError> {
    StdListener::bind(address.0).map_err(|reason| LinkError::Listen {
        address: address.to_string(),
        reason,
    })
}

/// Serves hosts, one after the other, until a signal comes.
///
/// # Errors
/// If waiting fails.
pub fn run(host: Host, listener: StdListener, log: EventLog) -> Result<Ending, LinkError> {
    let (signal_in, signal_out) = StdStream::pair()?;
    for signal in [SIGINT, SIGTERM] {
        pipe::register(signal, signal_out.try_clone()?)?;
    }
    signal_in.set_nonblocking(true)?;
    listener.set_nonblocking(true)?;
    let mut server = Server {
        host,
        listener: TcpListener::from_std(listener),
        callers: VecDeque::new(),
        attached: None,
        pauses: false,
        buffer: vec![0; CHUNK],
        log,
    };
    server.serve(UnixStream::from_std(signal_in))
}

/// A host that has connected, and what came so far.
struct Caller {
    stream: TcpStream,
    said: Vec<u8>,
}

struct Server {
    host: Host,
    listener: TcpListener,
    callers: VecDeque<Caller>,
    /// The host that has the modem.
    attached: Option<TcpStream>,
    /// The talk with it goes on by itself.
    pauses: bool,
    buffer: Vec<u8>,
    log: EventLog,
}

impl Server {
    fn serve(&mut self, mut signal: UnixStream) -> Result<Ending, LinkError> {
        let mut poll = Poll::new()?;
        let registry = poll.registry();
        registry.register(&mut signal, SIGNAL, Interest::READABLE)?;
        registry.register(&mut self.listener, LISTENER, Interest::READABLE)?;
        if let Some(fd) = self.host.device().readable() {
            registry.register(&mut SourceFd(&fd), PEER, Interest::READABLE)?;
        }
        let mut events = Events::with_capacity(16);
        loop {
            let timeout = match self.attached {
                Some(_) if self.pauses => Some(Duration::ZERO),
                Some(_) => self.host.deadline(),
                None => None,
            };
            self.pauses = false;
            match poll.poll(&mut events, timeout) {
                Err(reason) if reason.kind() == ErrorKind::Interrupted => continue,
                result => result?,
            }
            if events.iter().any(|event| event.token() == SIGNAL) {
                self.release("unplugged");
                return Ok(Ending::Unplugged);
            }
            self.serve_host();
            self.accept(poll.registry());
            self.serve_callers();
        }
    }

    fn accept(&mut self, registry: &Registry) {
        loop {
            let accepted = self.listener.accept().and_then(|(mut stream, _)| {
                // Answers are waited for.
                stream.set_nodelay(true)?;
                let interest = Interest::READABLE | Interest::WRITABLE;
                registry.register(&mut stream, HOST, interest)?;
                Ok(stream)
            });
            match accepted {
                Ok(stream) => self.callers.push_back(Caller {
                    stream,
                    said: Vec::new(),
                }),
                Err(reason) if reason.kind() == ErrorKind::WouldBlock => break,
                Err(reason) => {
                    warn!("cannot accept a connection: {reason}");
                    break;
                }
            }
            if self.callers.len() > MAX_CALLERS {
                self.callers.pop_front();
            }
        }
    }

    fn serve_callers(&mut self) {
        for mut caller in std::mem::take(&mut self.callers) {
            match read_call(&mut caller) {
                Ok(Some((call, length))) => {
                    let rest = caller.said.split_off(length);
                    self.take_call(&call, caller.stream, &rest);
                }
                Ok(None) => self.callers.push_back(caller),
                Err(reason) => warn!("a call was refused: {reason}"),
            }
        }
        self.serve_host();
    }

    fn take_call(&mut self, call: &Call, mut stream: TcpStream, rest: &[u8]) {
        let device = self.host.device();
        let answer = match call {
            Call::List => Answer::List(device),
            Call::Import(name) if name != BUS_ID.as_bytes() => Answer::Unknown,
            Call::Import(_) if self.attached.is_some() => Answer::Busy,
            Call::Import(_) => Answer::Imported(device),
        };
        let imported = matches!(answer, Answer::Imported(_));
        // A new connection takes some hundred bytes.
        if let Err(reason) = stream.write_all(&answer.encode()) {
            warn!("a caller did not take the answer: {reason}");
        } else if imported {
            let whose = stream
                .peer_addr()
                .map_or_else(|_| "unknown".to_owned(), |a| a.to_string());
            info!("plugged in by {whose}");
            self.host.attach();
            self.host.push(rest);
            self.attached = Some(stream);
        }
    }

    fn serve_host(&mut self) {
        let Some(stream) = &mut self.attached else {
            return;
        };
        let reason = match converse(&mut self.host, stream, &mut self.buffer) {
            Ok(Talk::Waits) => return,
            Ok(Talk::Pauses) => {
                self.pauses = true;
                return;
            }
            Ok(Talk::HostGone) => "the host has detached it".to_owned(),
            Ok(Talk::DeviceGone) => "it starts anew".to_owned(),
            Err(error) => {
                warn!("the host is let go: {error}");
                error.to_string()
            }
        };
        self.release(&reason);
    }

    /// The host loses the device.
    fn release(&mut self, reason: &str) {
        if self.attached.take().is_some() {
            info!("no longer plugged in: {reason}");
            self.log.event("disconnect", json!({ "reason": reason }));
            self.host.detach();
        }
    }
}

/// What the caller wants, and in how many bytes; `None` if that has not come yet.
fn read_call(caller: &mut Caller) -> Result<Option<(Call, usize)>, LinkError> {
    let mut buffer = [0; Call::MAX];
    loop {
        if let Some(call) = Call::parse(&caller.said)? {
            return Ok(Some(call));
        }
        let left = Call::MAX - caller.said.len();
        match caller.stream.read(&mut buffer[..left]) {
            Ok(0) => return Err(io::Error::from(ErrorKind::UnexpectedEof).into()),
            Ok(length) => caller.said.extend_from_slice(&buffer[..length]),
            Err(reason) if reason.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(reason) if reason.kind() == ErrorKind::Interrupted => {}
            Err(reason) => return Err(reason.into()),
        }
    }
}

/// How a talk goes.
#[derive(Debug, PartialEq, Eq)]
enum Talk {
    /// It is the host's turn.
    Waits,
    /// There may be more to read: others have their turn first.
    Pauses,
    HostGone,
    DeviceGone,
}

/// Does what the host asks for, until it is its turn: to say more, or to take what was answered.
fn converse(host: &mut Host, stream: &mut TcpStream, buffer: &mut [u8]) -> Result<Talk, LinkError> {
    for _ in 0..ROUNDS {
        host.work()?;
        match flush(host.output(), stream) {
            Ok(()) if host.has_left() => return Ok(Talk::DeviceGone),
            Ok(()) => {}
            Err(reason) => return ended(reason),
        }
        match stream.read(buffer) {
            Ok(0) => return Ok(Talk::HostGone),
            Ok(length) => host.push(&buffer[..length]),
            Err(reason) if reason.kind() == ErrorKind::Interrupted => {}
            Err(reason) => return ended(reason),
        }
    }
    Ok(Talk::Pauses)
}

/// What it means that reading or writing does not go on.
fn ended(reason: io::Error) -> Result<Talk, LinkError> {
    match reason.kind() {
        ErrorKind::WouldBlock => Ok(Talk::Waits),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Ok(Talk::HostGone),
        _ => Err(reason.into()),
    }
}

/// Writes all.
fn flush(output: &mut Vec<u8>, stream: &mut TcpStream) -> io::Result<()> {
    let mut written = 0;
    let mut result = Ok(());
    while written < output.len() && result.is_ok() {
        match stream.write(&output[written..]) {
            Ok(length) => written += length,
            Err(reason) if reason.kind() == ErrorKind::Interrupted => {}
            Err(reason) => result = Err(reason),
        }
    }
    output.drain(..written);
    result
}
