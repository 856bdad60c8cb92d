// SPDX-License-Identifier: GPL-2.0-only
//! usb-redir: waits for the guest, the peer, its timers and signals, in one thread.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream as StdStream;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use mio::net::UnixStream;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

use super::ending::{Ending, LinkError};
use crate::event_log::EventLog;
use crate::redir::Host;

const GUEST: Token = Token(0);
const SIGNAL: Token = Token(1);
const PEER: Token = Token(2);

/// Bytes read from the guest at a time.
const CHUNK: usize = 256 * 1024;
/// How long to wait for the guest to take the last bytes.
const UNPLUG_TIMEOUT: Duration = Duration::from_secs(2);
/// Nothing tells when a socket starts to listen, so it is tried again after this.
const RETRY: Duration = Duration::from_millis(50);

/// Connects to a UNIX socket, waiting for it for at most `patience`.
///
/// # Errors
/// If QEMU does not listen there in time.
pub fn connect(path: &Path, patience: Duration) -> Result<StdStream, LinkError> {
    let start = Instant::now();
    loop {
        match StdStream::connect(path) {
            Ok(stream) => return Ok(stream),
            Err(_) if start.elapsed() < patience => sleep(RETRY),
            Err(reason) => {
                return Err(LinkError::Connect {
                    path: path.display().to_string(),
                    seconds: patience.as_secs(),
                    reason,
                })
            }
        }
    }
}

/// Serves the connection until it ends or a signal comes.
///
/// # Errors
/// If the connection breaks or the guest does not speak the protocol.
pub fn run(host: &mut Host, stream: StdStream, log: &EventLog) -> Result<Ending, LinkError> {
    let (signal_in, signal_out) = StdStream::pair()?;
    for signal in [SIGINT, SIGTERM] {
        pipe::register(signal, signal_out.try_clone()?)?;
    }
    let ending = serve(host, stream, signal_in);
    let reason = match &ending {
        Ok(Ending::Unplugged) => "unplugged".to_owned(),
        Ok(Ending::GuestGone) => "guest closed the connection".to_owned(),
        Err(error) => error.to_string(),
    };
    log.event("disconnect", json!({ "reason": reason }));
    ending
}

fn serve(host: &mut Host, stream: StdStream, signal: StdStream) -> Result<Ending, LinkError> {
    stream.set_nonblocking(true)?;
    signal.set_nonblocking(true)?;
    let mut guest = UnixStream::from_std(stream);
    let mut signal = UnixStream::from_std(signal);
    let mut poll = Poll::new()?;
    let registry = poll.registry();
    registry.register(&mut guest, GUEST, Interest::READABLE | Interest::WRITABLE)?;
    registry.register(&mut signal, SIGNAL, Interest::READABLE)?;
    if let Some(fd) = host.modem().readable() {
        registry.register(&mut SourceFd(&fd), PEER, Interest::READABLE)?;
    }

    let mut buffer = vec![0; CHUNK];
    let mut events = Events::with_capacity(16);
    flush(host, &mut guest)?;
    loop {
        let timeout = host.deadline();
        match poll.poll(&mut events, timeout) {
            Err(reason) if reason.kind() == ErrorKind::Interrupted => continue,
            result => result?,
        }
        if events.iter().any(|event| event.token() == SIGNAL) {
            return unplug(host, &guest);
        }
        if !read(host, &mut guest, &mut buffer)? {
            return Ok(Ending::GuestGone);
        }
        host.pump();
        flush(host, &mut guest)?;
    }
}

/// Reads until there is no more for now; false if the guest has closed its end.
fn read(host: &mut Host, guest: &mut UnixStream, buffer: &mut [u8]) -> Result<bool, LinkError> {
    loop {
        match guest.read(buffer) {
            Ok(0) => return Ok(false),
            Ok(length) => {
                host.receive(&buffer[..length])?;
                flush(host, guest)?;
            }
            Err(reason) if reason.kind() == ErrorKind::WouldBlock => return Ok(true),
            Err(reason) if reason.kind() == ErrorKind::Interrupted => {}
            Err(reason) if reason.kind() == ErrorKind::ConnectionReset => return Ok(false),
            Err(reason) => return Err(reason.into()),
        }
    }
}

/// Writes as much as the guest takes now.
fn flush(host: &mut Host, guest: &mut UnixStream) -> Result<(), LinkError> {
    let output = host.output();
    while !output.is_empty() {
        match guest.write(output) {
            Ok(length) => drop(output.drain(..length)),
            Err(reason) if reason.kind() == ErrorKind::WouldBlock => break,
            Err(reason) if reason.kind() == ErrorKind::Interrupted => {}
            // Reading will tell that the guest is gone.
            Err(reason) if reason.kind() == ErrorKind::BrokenPipe => output.clear(),
            Err(reason) => return Err(reason.into()),
        }
    }
    Ok(())
}

fn unplug(host: &mut Host, guest: &UnixStream) -> Result<Ending, LinkError> {
    host.unplug();
    // A blocking copy: there is nothing else left to wait for.
    let stream = std::os::fd::AsFd::as_fd(guest).try_clone_to_owned()?;
    let mut stream = StdStream::from(stream);
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(UNPLUG_TIMEOUT))?;
    if let Err(reason) = stream.write_all(host.output()) {
        tracing::warn!("the guest did not take the last bytes: {reason}");
    }
    Ok(Ending::Unplugged)
}
