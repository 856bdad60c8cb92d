// SPDX-License-Identifier: GPL-2.0-only
//! TCP in bulk, in one connection or several for each of the modem's addresses.

use std::io::{Read, Write};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::thread;

use crate::error::{Error, Result};
use crate::modem::{share, PATIENCE, SINK, SOURCE};

/// The unit of traffic: what fits into a packet of 1500 bytes over IPv4.
pub const SEGMENT: u64 = 1460;
/// Bytes that are read or written at a time.
const CHUNK: usize = 64 * 1024;
/// Bytes that are read at a time if the stream is watched.
const FEW: usize = 8 * 1024;

/// A connection and the bytes that are to pass over it.
pub struct Stream {
    address: IpAddr,
    connection: TcpStream,
    bytes: u64,
}

/// Connects so many times to a service on all addresses; the connections share so many segments.
pub fn connect(
    addresses: &[IpAddr],
    flows: usize,
    port: u16,
    segments: u64,
) -> Result<Vec<Stream>> {
    let shares = share(segments, addresses.len() * flows);
    let addresses = addresses.iter().cycle();
    let connect = |(&address, segments)| {
        let connection = TcpStream::connect((address, port))
            .map_err(Error::network("connecting to", address))?;
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.set_write_timeout(Some(PATIENCE))?;
        Ok(Stream {
            address,
            connection,
            bytes: segments * SEGMENT,
        })
    };
    addresses.zip(shares).map(connect).collect()
}

/// Has the modem send.
pub fn download(streams: Vec<Stream>) -> Result<()> {
    each(streams, |stream| stream.download(CHUNK, &|| ()))
}

/// Has the modem send, and calls `look` every few segments.
pub fn watched_download(streams: Vec<Stream>, look: impl Fn() + Sync) -> Result<()> {
    each(streams, |stream| stream.download(FEW, &look))
}

/// Sends, and waits until the modem has all.
pub fn upload(streams: Vec<Stream>) -> Result<()> {
    each(streams, Stream::upload)
}

/// The port for a download or an upload.
pub fn port(down: bool) -> u16 {
    if down {
        SOURCE
    } else {
        SINK
    }
}

/// Works on all at once; one alone needs no thread.
fn each(mut streams: Vec<Stream>, work: impl Fn(Stream) -> Result<()> + Sync) -> Result<()> {
    let Some(last) = streams.pop() else {
        return Ok(());
    };
    thread::scope(|scope| {
        let others: Vec<_> = streams
            .into_iter()
            .map(|stream| scope.spawn(|| work(stream)))
            .collect();
        let mut result = work(last);
        for other in others {
            // A thread that panicked has said so.
            result = result.and(other.join().unwrap_or(Ok(())));
        }
        result
    })
}

impl Stream {
    fn download(mut self, chunk: usize, on_chunk: &impl Fn()) -> Result<()> {
        let fail = Error::network("reading from", self.address);
        writeln!(self.connection, "{}", self.bytes).map_err(&fail)?;
        let mut buffer = vec![0; chunk];
        let mut got = 0;
        loop {
            let length = self.connection.read(&mut buffer).map_err(&fail)?;
            if length == 0 {
                break;
            }
            got += length as u64;
            on_chunk();
        }
        self.check(got)
    }

    fn upload(mut self) -> Result<()> {
        let fail = Error::network("writing to", self.address);
        let buffer = vec![0; CHUNK];
        let mut rest = self.bytes;
        while rest > 0 {
            let length = rest.min(CHUNK as u64);
            // At most CHUNK.
            self.connection
                .write_all(&buffer[..length as usize])
                .map_err(&fail)?;
            rest -= length;
        }
        self.connection.shutdown(Shutdown::Write).map_err(&fail)?;
        let mut answer = String::new();
        self.connection.read_to_string(&mut answer).map_err(&fail)?;
        if answer.is_empty() {
            return Err(Error::Silent(self.address));
        }
        Ok(())
    }

    fn check(&self, got: u64) -> Result<()> {
        if got == self.bytes {
            return Ok(());
        }
        Err(Error::Length {
            address: self.address,
            got,
            wanted: self.bytes,
        })
    }
}
