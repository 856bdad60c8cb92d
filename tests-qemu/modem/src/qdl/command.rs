// SPDX-License-Identifier: GPL-2.0-only
//! Commands of the host, and answers. All numbers are little-endian.

use super::hdlc;

/// Bytes before the content of a chunk.
pub const WRITE_HEADER: usize = 13;
/// First byte of a chunk.
pub const WRITE: u8 = 0x27;

const HELLO: u8 = 0x01;
const OPEN: u8 = 0x25;
const DONE: u8 = 0x29;
const RESET: u8 = 0x2d;
/// Of DLOAD, an older protocol that some loaders begin with: go on with this one.
const SWITCH: u8 = 0x70;

const HELLO_ANSWER: u8 = 0x02;
const ERROR: u8 = 0x0d;
const OPEN_ANSWER: u8 = 0x26;
const WRITE_ANSWER: u8 = 0x28;
const DONE_ANSWER: u8 = 0x2a;
const SWITCH_ANSWER: u8 = 0x02;

const HELLO_MAGIC: &[u8; 32] = b"QCOM high speed protocol hst\0\0\0\0";
const ANSWER_MAGIC: &[u8; 32] = b"QCOM high speed protocol tgt0\0\0\0";
/// Chunks without frames, of either kind.
const FEATURES: u8 = 0x30;

/// A command in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Begins, with the versions that the host knows.
    Hello {
        /// The newest one.
        newest: u8,
        /// The oldest one.
        oldest: u8,
    },
    /// An image is to follow.
    Open {
        /// Its type.
        kind: u8,
        /// Its length with its header.
        length: u32,
        /// Bytes that are to follow.
        chunk: u32,
        /// Its header.
        header: Vec<u8>,
    },
    /// There are no more chunks.
    Done,
    /// Leave the boot loader.
    Reset,
    /// Leave DLOAD.
    Switch,
    /// Not known, or too short.
    Unknown,
}

impl Command {
    /// The command that a frame carries.
    pub fn parse(frame: &[u8]) -> Self {
        Self::known(frame).unwrap_or(Self::Unknown)
    }

    fn known(frame: &[u8]) -> Option<Self> {
        let (&code, rest) = frame.split_first()?;
        Some(match code {
            HELLO => {
                let (magic, versions) = rest.split_first_chunk::<32>()?;
                match versions {
                    [newest, oldest, ..] if magic == HELLO_MAGIC => Self::Hello {
                        newest: *newest,
                        oldest: *oldest,
                    },
                    _ => return None,
                }
            }
            OPEN => {
                let (fields, header) = rest.split_first_chunk::<12>()?;
                let [kind, l0, l1, l2, l3, _window, c0, c1, c2, c3, _, _] = *fields;
                Self::Open {
                    kind,
                    length: u32::from_le_bytes([l0, l1, l2, l3]),
                    chunk: u32::from_le_bytes([c0, c1, c2, c3]),
                    header: header.to_vec(),
                }
            }
            DONE => Self::Done,
            RESET => Self::Reset,
            SWITCH => Self::Switch,
            _ => return None,
        })
    }
}

/// What stands before a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Its number.
    pub sequence: u16,
    /// Its bytes.
    pub length: u32,
}

impl Chunk {
    /// Reads it; or gives the chunk's number alone if the checksum is wrong.
    pub fn parse(header: &[u8; WRITE_HEADER]) -> Result<Self, u16> {
        let [_, s0, s1, _, _, _, _, l0, l1, l2, l3, c0, c1] = *header;
        let sequence = u16::from_le_bytes([s0, s1]);
        let covered = header.len() - 2;
        if hdlc::checksum(&header[..covered]) != u16::from_le_bytes([c0, c1]) {
            return Err(sequence);
        }
        let length = u32::from_le_bytes([l0, l1, l2, l3]);
        Ok(Self { sequence, length })
    }
}

/// Why a command is not answered as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Failure {
    /// No such command.
    BadCommand = 0x05,
    /// Such as no version in common.
    OperationFailed = 0x07,
    /// There is no image to go on with, or one that is not at its end.
    OutOfSequence = 0x0f,
    /// Not in this loader.
    NotSupported = 0x16,
    /// Before a hello.
    State = 0x18,
    /// An image is not what it should be.
    ImageAuthentication = 0x1a,
}

/// How the beginning of an image is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum OpenStatus {
    /// Go on.
    Success = 0,
    /// The lengths do not fit together, or it is too long.
    Size = 1,
    /// Not for this loader.
    BadKind = 2,
    /// This kind has no header.
    HeaderPresent = 4,
    /// This kind has one.
    HeaderRequired = 5,
}

/// How a chunk is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum WriteStatus {
    /// Go on.
    Success = 0,
    /// What stands before it has a wrong checksum.
    Crc = 1,
    /// It is not the next one, or longer than what is left.
    Content = 2,
}

/// How a whole image is taken. Those from 0x80 on are Sierra's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum DoneStatus {
    /// It is taken.
    Success = 0,
    /// It is for another modem.
    ProductInvalid = 0x81,
    /// Its checksum is wrong.
    Crc32 = 0x89,
    /// Its header is wrong.
    Header = 0x8b,
}

/// An answer, in its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// To a hello, with the one version.
    Hello(u8),
    /// To an image's beginning, with the length that may follow.
    Open(OpenStatus, u32),
    /// To a chunk, by its number.
    Write(u16, WriteStatus),
    /// To an image's end, with its type.
    Done(DoneStatus, u8),
    /// To a switch from DLOAD.
    Switch,
    /// To anything.
    Error(Failure),
}

impl Answer {
    /// The bytes for the host.
    pub fn frame(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self {
            Self::Hello(version) => {
                bytes.push(HELLO_ANSWER);
                bytes.extend(ANSWER_MAGIC);
                bytes.extend([version, version]);
                // Sizes and flash, which are not looked at.
                bytes.extend([0; 13]);
                bytes.push(FEATURES);
            }
            Self::Open(status, length) => {
                bytes.push(OPEN_ANSWER);
                bytes.extend((status as u16).to_le_bytes());
                bytes.push(1);
                bytes.extend(length.to_le_bytes());
            }
            Self::Write(sequence, status) => {
                bytes.push(WRITE_ANSWER);
                bytes.extend(sequence.to_le_bytes());
                bytes.extend([0; 4]);
                bytes.extend((status as u16).to_le_bytes());
            }
            Self::Done(status, kind) => {
                bytes.push(DONE_ANSWER);
                bytes.extend((status as u16).to_le_bytes());
                bytes.extend([kind, 0]);
            }
            Self::Switch => bytes.push(SWITCH_ANSWER),
            Self::Error(failure) => {
                bytes.push(ERROR);
                bytes.extend((failure as u32).to_le_bytes());
                bytes.push(0);
            }
        }
        hdlc::frame(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_known() {
        for frame in [&[][..], &[0x99], &[HELLO, 1], &[OPEN, 5, 0]] {
            assert_eq!(Command::parse(frame), Command::Unknown);
        }
        let mut hello = [HELLO].to_vec();
        hello.extend([0; 35]);
        assert_eq!(Command::parse(&hello), Command::Unknown, "magic");
    }

    #[test]
    fn an_answer_of_a_real_modem() {
        // An EM7455, as the libqmi-devel list of April 2018 has it.
        let answer = Answer::Open(OpenStatus::Success, 64_431_653).frame();
        let seen = [0x7e, 0x26, 0, 0, 1, 0x25, 0x26, 0xd7, 3, 0x38, 0x37, 0x7e];
        assert_eq!(answer, seen);
    }

    #[test]
    fn lengths_that_clients_insist_on() {
        for (answer, length) in [
            (Answer::Hello(6), 49),
            (Answer::Open(OpenStatus::Success, 0), 8),
            (Answer::Write(0, WriteStatus::Success), 9),
            (Answer::Done(DoneStatus::Success, 0), 5),
            (Answer::Switch, 1),
            (Answer::Error(Failure::State), 6),
        ] {
            let frame = answer.frame();
            let content = hdlc::unframe(&frame[1..frame.len() - 1]).unwrap();
            assert_eq!(content.len(), length, "{answer:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Command::parse(&bytes);
        }
    }
}
