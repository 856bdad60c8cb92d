// SPDX-License-Identifier: GPL-2.0-only
//! The sockets that services and clients have.

use std::time::Duration;

use smoltcp::socket::{tcp, udp};

use super::clock::Clock;

/// Port of the service that takes a stream.
pub const SINK: u16 = 9;
/// Port of the service that sends one.
pub const SOURCE: u16 = 19;

/// Bytes of each TCP buffer. What is on the way at once stays well below the 512 transfers whose events QEMU's USB
/// controller can hold for a guest that is not scheduled; what it cannot hold is lost, and the bus stalls.
const TCP_BUFFER: usize = 64 * 1024;
/// How long a client may leave data unacknowledged: a guest that is gone must not keep a connection.
const GIVE_UP: Duration = Duration::from_secs(60);
/// How long an acknowledgement waits for a second segment.
const ACK_DELAY: Duration = Duration::from_millis(10);
const UDP_BUFFER: usize = 64 * 1024;
const UDP_PACKETS: usize = 64;

/// A socket for TCP.
pub fn stream_socket(clock: Clock) -> tcp::Socket<'static> {
    let buffer = || tcp::SocketBuffer::new(vec![0; TCP_BUFFER]);
    let mut socket = tcp::Socket::new(buffer(), buffer());
    socket.set_timeout(Some(clock.for_stack(GIVE_UP)));
    socket.set_ack_delay(Some(clock.for_stack(ACK_DELAY)));
    socket
}

/// A socket for a few datagrams.
pub fn small(port: u16) -> udp::Socket<'static> {
    udp_socket(port, UDP_PACKETS, UDP_BUFFER)
}

/// A socket for as many datagrams and bytes in each direction.
pub fn udp_socket(port: u16, packets: usize, bytes: usize) -> udp::Socket<'static> {
    let buffer =
        || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; packets], vec![0; bytes]);
    let mut socket = udp::Socket::new(buffer(), buffer());
    // A fresh socket and a port that is not 0: this cannot fail.
    let _ = socket.bind(port);
    socket
}

/// Whether the client has sent its last byte and all of them were read.
pub fn half_closed(socket: &tcp::Socket) -> bool {
    socket.state() == tcp::State::CloseWait && !socket.can_recv()
}
