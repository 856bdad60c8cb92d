// SPDX-License-Identifier: GPL-2.0-only
//! The peer without a modem: at the other end of a network card of QEMU, for comparison.
//!
//! QEMU listens: `-netdev stream,server=on,addr.type=unix,addr.path=SOCKET`. Each frame comes and goes after its length, four
//! bytes, big-endian.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream as StdStream;

use mio::net::UnixStream;
use mio::{Events, Interest, Poll, Token};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

use crate::event_loop::Ending;
use crate::link_layer::{EthernetLink, Received};
use crate::peer::Peer;

const GUEST: Token = Token(0);
const SIGNAL: Token = Token(1);
/// Bytes of the length before each frame.
const LENGTH: usize = 4;
/// Longest frame that is accepted, in bytes.
const MAX_FRAME: usize = 65_536;
/// Bytes that may wait for the guest before the peer has to.
const MAX_OUTPUT: usize = 64 * 1024;
/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;

/// Frames of a guest on one side, the peer on the other.
struct Port {
    link: EthernetLink,
    peer: Box<dyn Peer>,
    /// The peer handles each frame by itself.
    prompt: bool,
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Port {
    /// Takes bytes of the guest.
    fn receive(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.input.extend_from_slice(bytes);
        let input = std::mem::take(&mut self.input);
        let mut rest = input.as_slice();
        while let Some((length, behind)) = rest.split_first_chunk::<LENGTH>() {
            let length = u32::from_be_bytes(*length) as usize;
            if length > MAX_FRAME {
                return Err(io::Error::other("a frame that is too long"));
            }
            let Some((frame, behind)) = behind.split_at_checked(length) else {
                break;
            };
            match self.link.receive(frame) {
                Received::Packet(packet) => {
                    self.peer.send(packet);
                    if self.prompt {
                        self.peer.poll();
                    }
                }
                Received::Answered(answer) => self.push(&answer),
                Received::Ignored(_) => {}
            }
            rest = behind;
        }
        self.input = rest.to_vec();
        Ok(())
    }

    /// Fetches what the peer has for the guest.
    fn fill(&mut self) {
        self.peer.poll();
        while self.output.len() < MAX_OUTPUT {
            let Some(packet) = self.peer.receive() else {
                break;
            };
            let frame = self.link.wrap(packet);
            self.push(&frame);
        }
    }

    fn push(&mut self, frame: &[u8]) {
        // The peer's frames are shorter than 64 KB.
        self.output.extend((frame.len() as u32).to_be_bytes());
        self.output.extend_from_slice(frame);
    }
}

/// Serves the connection until it ends or a signal comes.
///
/// # Errors
/// If the connection breaks or the guest does not speak the protocol.
pub fn run(
    link: EthernetLink,
    peer: Box<dyn Peer>,
    stream: StdStream,
    prompt: bool,
) -> io::Result<Ending> {
    let (signal_in, signal_out) = StdStream::pair()?;
    for signal in [SIGINT, SIGTERM] {
        pipe::register(signal, signal_out.try_clone()?)?;
    }
    stream.set_nonblocking(true)?;
    signal_in.set_nonblocking(true)?;
    let mut guest = UnixStream::from_std(stream);
    let mut signal = UnixStream::from_std(signal_in);
    let mut poll = Poll::new()?;
    let interest = Interest::READABLE | Interest::WRITABLE;
    poll.registry().register(&mut guest, GUEST, interest)?;
    poll.registry()
        .register(&mut signal, SIGNAL, Interest::READABLE)?;
    let mut events = Events::with_capacity(16);
    let mut buffer = vec![0; CHUNK];
    let mut port = Port {
        link,
        peer,
        prompt,
        input: Vec::new(),
        output: Vec::new(),
    };
    loop {
        match poll.poll(&mut events, port.peer.deadline()) {
            Err(reason) if reason.kind() == ErrorKind::Interrupted => continue,
            result => result?,
        }
        if events.iter().any(|event| event.token() == SIGNAL) {
            return Ok(Ending::Unplugged);
        }
        loop {
            match guest.read(&mut buffer) {
                Ok(0) => return Ok(Ending::GuestGone),
                Ok(length) => port.receive(&buffer[..length])?,
                Err(reason) if reason.kind() == ErrorKind::WouldBlock => break,
                Err(reason) if reason.kind() == ErrorKind::Interrupted => {}
                Err(reason) => return Err(reason),
            }
        }
        loop {
            port.fill();
            if !flush(&mut port.output, &mut guest)? {
                break;
            }
        }
    }
}

/// Writes as much as the guest takes; true if that was something, and all.
fn flush(output: &mut Vec<u8>, guest: &mut UnixStream) -> io::Result<bool> {
    let mut written = false;
    while !output.is_empty() {
        match guest.write(output) {
            Ok(length) => {
                output.drain(..length);
                written = true;
            }
            Err(reason) if reason.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(reason) if reason.kind() == ErrorKind::Interrupted => {}
            Err(reason) => return Err(reason),
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addresses::AddressPlan;
    use crate::addresses::Network;
    use crate::event_log::EventLog;
    use crate::peer::Stack;
    use crate::profile::Profile;

    #[test]
    fn a_frame_may_come_in_pieces() {
        let addresses = AddressPlan::new(&Network::default(), 0).on(0);
        let link = Profile::load("union-802-3").unwrap().link;
        let mut port = Port {
            link: link.ethernet(addresses),
            peer: Box::new(Stack::new(&addresses, 1, EventLog::none())),
            prompt: false,
            input: Vec::new(),
            output: Vec::new(),
        };
        let mut frame = vec![0xff; 6];
        frame.extend([2, 1, 2, 3, 4, 5, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1]);
        frame.extend([2, 1, 2, 3, 4, 5, 10, 64, 0, 2, 0, 0, 0, 0, 0, 0]);
        frame.extend([10, 64, 0, 1]);
        let mut bytes = (frame.len() as u32).to_be_bytes().to_vec();
        bytes.extend(&frame);
        for byte in &bytes {
            assert!(port.output.is_empty());
            port.receive(&[*byte]).unwrap();
        }
        assert_eq!(port.output[..LENGTH], 42_u32.to_be_bytes());
        assert_eq!(port.output.len(), LENGTH + 42);
        assert!(port.receive(&[0xff; LENGTH]).is_err());
    }
}
