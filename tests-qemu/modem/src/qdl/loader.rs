// SPDX-License-Identifier: GPL-2.0-only
//! The loader: bytes of the host in, answers and events out. Images are checked as they come, and not kept.

use std::collections::VecDeque;

use crc::Digest;
use serde_json::{json, Value};

use super::command::{
    Answer, Chunk, Command, DoneStatus, Failure, OpenStatus, WriteStatus, WRITE, WRITE_HEADER,
};
use super::image::{Image, ImageKind, Taking};
use super::{cwe, hdlc};

/// Bytes of a frame that are kept: more than the longest command, with each byte escaped.
const MAX_FRAME: usize = 1024;
/// Bytes of an image.
const MAX_IMAGE: u32 = 64 * 1024 * 1024;
/// Answers that may wait; further ones are lost.
const MAX_ANSWERS: usize = 32;

/// What came of the host's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An image begins.
    Opened(Image, u32),
    /// A chunk of it has come, by its number.
    Written(u16, u32),
    /// All of it is there, and right.
    Taken(Image),
    /// Something was not as it should be.
    Refused(String),
    /// The host says that an image is at its end.
    Done,
    /// The loader is to be left.
    Reset,
}

impl Event {
    /// Name and keys for the log.
    pub fn fields(&self) -> Value {
        match self {
            Self::Opened(image, length) => {
                json!({ "step": "opened", "image": image.kind as u8, "length": length })
            }
            Self::Written(sequence, length) => {
                json!({ "step": "written", "sequence": sequence, "length": length })
            }
            Self::Taken(image) => json!({
                "step": "taken",
                "image": image.kind as u8,
                "version": image.header.as_ref().map(|header| &header.version),
            }),
            Self::Refused(reason) => json!({ "step": "refused", "reason": reason }),
            Self::Done => json!({ "step": "done" }),
            Self::Reset => json!({ "step": "reset" }),
        }
    }
}

/// What the next byte is part of.
enum Reading {
    /// A frame, or what is between two.
    Frame(Vec<u8>),
    /// What stands before a chunk.
    Header(Vec<u8>),
    /// A chunk, of which so many bytes are still to come.
    Content(Chunk, u32),
}

/// An image that is being taken.
struct Download {
    image: Image,
    left: u32,
    next: u16,
    sum: Digest<'static, u32>,
}

/// A loader that runs.
pub struct Loader {
    taking: Taking,
    greeted: bool,
    reading: Reading,
    download: Option<Download>,
    taken: Vec<ImageKind>,
    answers: VecDeque<Vec<u8>>,
    events: Vec<Event>,
}

impl Loader {
    /// One that has just started.
    pub fn new(taking: Taking) -> Self {
        Self {
            taking,
            greeted: false,
            reading: Reading::Frame(Vec::new()),
            download: None,
            taken: Vec::new(),
            answers: VecDeque::new(),
            events: Vec::new(),
        }
    }

    /// The next answer for the host.
    pub fn answer(&mut self) -> Option<Vec<u8>> {
        self.answers.pop_front()
    }

    /// Whether it has taken each image that it takes.
    pub fn has_all(&self) -> bool {
        let missing = |kind| !self.taken.contains(kind);
        !self.taking.images.iter().any(missing)
    }

    /// The host has closed the port: what it has begun it will not go on with.
    pub fn port_closed(&mut self) {
        self.reading = Reading::Frame(Vec::new());
        self.download = None;
    }

    /// Takes bytes of the host, however they are split.
    pub fn receive(&mut self, mut bytes: &[u8]) -> Vec<Event> {
        while let Some((&byte, rest)) = bytes.split_first() {
            match &mut self.reading {
                Reading::Content(chunk, left) => {
                    let wanted = usize::try_from(*left).unwrap_or(usize::MAX);
                    let (content, rest) = bytes.split_at(wanted.min(bytes.len()));
                    bytes = rest;
                    // No more than was left, which is a 32-bit number.
                    *left -= content.len() as u32;
                    let ended = (*left == 0).then_some(*chunk);
                    self.take(content, ended);
                    continue;
                }
                Reading::Header(header) => {
                    header.push(byte);
                    if let Ok(header) = <[u8; WRITE_HEADER]>::try_from(header.as_slice()) {
                        self.begin_chunk(&header);
                    }
                }
                // A chunk begins where a frame could: no command in a frame has its number.
                Reading::Frame(frame)
                    if frame.is_empty() && byte == WRITE && self.download.is_some() =>
                {
                    self.reading = Reading::Header(vec![byte]);
                }
                Reading::Frame(frame) if byte == hdlc::FLAG => {
                    let frame = std::mem::take(frame);
                    if let Some(command) = hdlc::unframe(&frame) {
                        self.obey(Command::parse(&command));
                    }
                }
                // What does not fit is missing then, and the checksum is wrong.
                Reading::Frame(frame) if frame.len() < MAX_FRAME => frame.push(byte),
                Reading::Frame(_) => {}
            }
            bytes = rest;
        }
        std::mem::take(&mut self.events)
    }

    fn say(&mut self, answer: Answer) {
        if self.answers.len() < MAX_ANSWERS {
            self.answers.push_back(answer.frame());
        }
    }

    fn refuse(&mut self, answer: Answer) {
        self.events.push(Event::Refused(format!("{answer:?}")));
        self.say(answer);
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Switch if self.taking.begins_in_dload => self.say(Answer::Switch),
            Command::Switch => self.refuse(Answer::Error(Failure::NotSupported)),
            Command::Hello { newest, oldest } => {
                self.download = None;
                self.greeted = (oldest..=newest).contains(&self.taking.version);
                match self.greeted {
                    true => self.say(Answer::Hello(self.taking.version)),
                    false => self.refuse(Answer::Error(Failure::OperationFailed)),
                }
            }
            Command::Reset => self.events.push(Event::Reset),
            Command::Unknown => self.refuse(Answer::Error(Failure::BadCommand)),
            Command::Open { .. } | Command::Done if !self.greeted => {
                self.refuse(Answer::Error(Failure::State));
            }
            Command::Open {
                kind,
                length,
                chunk,
                header,
            } => self.open(kind, length, chunk, &header),
            Command::Done => self.done(),
        }
    }

    fn open(&mut self, kind: u8, length: u32, chunk: u32, header: &[u8]) {
        // The host need not say that the image before this one is at its end.
        match self.finish() {
            None | Some(Ok((DoneStatus::Success, _))) => {}
            Some(Ok(_)) => return self.refuse(Answer::Error(Failure::ImageAuthentication)),
            Some(Err(failure)) => return self.refuse(Answer::Error(failure)),
        }
        match self.check(kind, length, header) {
            Ok((image, left)) => {
                self.say(Answer::Open(OpenStatus::Success, chunk));
                self.events.push(Event::Opened(image.clone(), left));
                self.download = Some(Download {
                    image,
                    left,
                    next: 0,
                    sum: cwe::sum(),
                });
            }
            Err(status) => self.refuse(Answer::Open(status, 0)),
        }
    }

    /// Whether an image may come: what it is, and how many bytes of it are to follow.
    fn check(&self, kind: u8, length: u32, header: &[u8]) -> Result<(Image, u32), OpenStatus> {
        let mut known = self.taking.images.iter().copied();
        let kind = known.find(|&known| known as u8 == kind);
        let kind = kind.ok_or(OpenStatus::BadKind)?;
        let header = match (kind, <&[u8; cwe::HEADER]>::try_from(header)) {
            (ImageKind::Cwe, Ok(header)) => Some(cwe::Header::parse(header)),
            (ImageKind::Cwe, Err(_)) => return Err(OpenStatus::HeaderRequired),
            _ if header.is_empty() => None,
            _ => return Err(OpenStatus::HeaderPresent),
        };
        let own = header.as_ref().map_or(0, |_| cwe::HEADER as u32);
        let left = length.checked_sub(own).ok_or(OpenStatus::Size)?;
        let said = header.as_ref().map_or(left, |header| header.size);
        if left == 0 || left > MAX_IMAGE || left != said {
            return Err(OpenStatus::Size);
        }
        Ok((Image { kind, header }, left))
    }

    fn begin_chunk(&mut self, header: &[u8; WRITE_HEADER]) {
        self.reading = Reading::Frame(Vec::new());
        let expected = self.download.as_ref().map(|d| (d.next, d.left));
        let (sequence, status) = match (Chunk::parse(header), expected) {
            (Ok(chunk), Some((next, left)))
                if chunk.sequence == next && (1..=left).contains(&chunk.length) =>
            {
                self.reading = Reading::Content(chunk, chunk.length);
                return;
            }
            (Ok(chunk), _) => (chunk.sequence, WriteStatus::Content),
            (Err(sequence), _) => (sequence, WriteStatus::Crc),
        };
        // There is no telling where it ends.
        self.download = None;
        self.refuse(Answer::Write(sequence, status));
    }

    fn take(&mut self, content: &[u8], ended: Option<Chunk>) {
        let Some(download) = &mut self.download else {
            return;
        };
        download.sum.update(content);
        let Some(chunk) = ended else { return };
        download.left -= chunk.length;
        download.next = download.next.wrapping_add(1);
        self.reading = Reading::Frame(Vec::new());
        self.say(Answer::Write(chunk.sequence, WriteStatus::Success));
        self.events
            .push(Event::Written(chunk.sequence, chunk.length));
    }

    fn done(&mut self) {
        match self.finish() {
            Some(Ok((DoneStatus::Success, kind))) => {
                self.say(Answer::Done(DoneStatus::Success, kind as u8));
                self.events.push(Event::Done);
            }
            Some(Ok((status, kind))) => self.refuse(Answer::Done(status, kind as u8)),
            Some(Err(failure)) => self.refuse(Answer::Error(failure)),
            None => self.refuse(Answer::Error(Failure::OutOfSequence)),
        }
    }

    /// Takes the image that has come, if one has, and if it is whole.
    fn finish(&mut self) -> Option<Result<(DoneStatus, ImageKind), Failure>> {
        let download = self.download.take()?;
        if download.left > 0 {
            return Some(Err(Failure::OutOfSequence));
        }
        let Image { kind, ref header } = download.image;
        let status = match header {
            Some(header) => self.judge(header, download.sum.finalize()),
            None => DoneStatus::Success,
        };
        if status == DoneStatus::Success {
            if !self.taken.contains(&kind) {
                self.taken.push(kind);
            }
            self.events.push(Event::Taken(download.image));
        }
        Some(Ok((status, kind)))
    }

    fn judge(&self, header: &cwe::Header, sum: u32) -> DoneStatus {
        let product = self.taking.product.as_ref();
        if !header.is_right {
            DoneStatus::Header
        } else if product.is_some_and(|product| *product != header.product) {
            DoneStatus::ProductInvalid
        } else if header.sum != sum {
            DoneStatus::Crc32
        } else {
            DoneStatus::Success
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::hdlc::{checksum, frame, unframe};
    use super::*;

    const AMSS: u8 = 5;
    const APPS: u8 = 6;
    const UQCN: u8 = 13;
    const CWE: u8 = 0x80;

    fn sierra() -> Loader {
        Loader::new(Taking {
            version: 6,
            begins_in_dload: true,
            images: vec![ImageKind::Cwe],
            product: Some("9x30".to_owned()),
        })
    }

    fn gobi() -> Loader {
        Loader::new(Taking {
            version: 5,
            begins_in_dload: false,
            images: vec![
                ImageKind::AmssModem,
                ImageKind::AmssApplication,
                ImageKind::AmssUqcn,
            ],
            product: None,
        })
    }

    fn hello(version: u8) -> Vec<u8> {
        let magic = b"\x01QCOM high speed protocol hst\0\0\0\0".to_vec();
        frame(&[magic, vec![version, version, 0x30]].concat())
    }

    fn open(kind: u8, length: usize, header: &[u8]) -> Vec<u8> {
        let length = (length as u32).to_le_bytes();
        let fields = [&[0x25, kind][..], &length, &[1], &length, &[0, 0]].concat();
        frame(&[&fields, header].concat())
    }

    fn chunk(sequence: u16, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![WRITE];
        bytes.extend(sequence.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend((content.len() as u32).to_le_bytes());
        bytes.extend(checksum(&bytes).to_le_bytes());
        bytes.extend(content);
        bytes
    }

    /// The answers that wait, without their frames.
    fn answers(loader: &mut Loader) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| loader.answer())
            .map(|frame| unframe(&frame[1..frame.len() - 1]).unwrap())
            .collect()
    }

    /// The one answer to some bytes.
    fn ask(loader: &mut Loader, bytes: &[u8]) -> Vec<u8> {
        loader.receive(bytes);
        let mut answers = answers(loader);
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.remove(0)
    }

    /// Sends an image, and gives the status at its end.
    fn update(loader: &mut Loader, image: &[u8]) -> Vec<u8> {
        let (header, content) = image.split_at(cwe::HEADER);
        assert_eq!(ask(loader, &hello(6))[..1], [0x02]);
        let opened = ask(loader, &open(CWE, image.len(), header));
        assert_eq!(opened[..3], [0x26, 0, 0]);
        for (sequence, content) in (0..).zip(content.chunks(1000)) {
            let written = ask(loader, &chunk(sequence, content));
            assert_eq!(
                written[..3],
                [&[0x28][..], &sequence.to_le_bytes()].concat()
            );
            assert_eq!(written[7..], [0, 0]);
        }
        ask(loader, &frame(&[0x29]))
    }

    #[test]
    fn versions_are_tried_one_after_the_other() {
        let mut loader = sierra();
        assert_eq!(ask(&mut loader, &frame(&[0x70, 0, 0])), [0x02]);
        assert_eq!(ask(&mut loader, &hello(4)), [0x0d, 7, 0, 0, 0, 0]);
        assert_eq!(ask(&mut loader, &frame(&[0x29])), [0x0d, 0x18, 0, 0, 0, 0]);
        assert_eq!(ask(&mut loader, &hello(6)).len(), 49);
        let mut loader = gobi();
        let refused = [0x0d, 0x16, 0, 0, 0, 0];
        assert_eq!(ask(&mut loader, &frame(&[0x70, 0, 0])), refused);
    }

    #[test]
    fn an_image_with_a_header() {
        let mut loader = sierra();
        let image = cwe::example("SPKG", "a_b_c_d", &[0x7e; 2500]);
        assert_eq!(update(&mut loader, &image), [0x2a, 0, 0, CWE, 0]);
        assert!(loader.has_all());
        assert_eq!(loader.receive(&frame(&[0x2d])), [Event::Reset]);
    }

    #[test]
    fn damaged_images() {
        let good = cwe::example("SPKG", "a_b_c_d", &[7; 2500]);
        for (at, status) in [(cwe::HEADER + 1234, 0x89), (0x20, 0x8b), (0x110, 0x81)] {
            let mut loader = sierra();
            let mut image = good.clone();
            image[at] ^= 1;
            assert_eq!(update(&mut loader, &image), [0x2a, status, 0, CWE, 0]);
            assert!(!loader.has_all());
            assert_eq!(update(&mut loader, &good), [0x2a, 0, 0, CWE, 0]);
        }
    }

    #[test]
    fn what_may_not_begin() {
        let mut loader = gobi();
        ask(&mut loader, &hello(5));
        let mut status = |bytes: &[u8]| ask(&mut loader, bytes)[..3].to_vec();
        assert_eq!(status(&open(CWE, 10, &[])), [0x26, 2, 0]);
        assert_eq!(status(&open(AMSS, 10, &[1])), [0x26, 4, 0]);
        assert_eq!(status(&open(AMSS, 0, &[])), [0x26, 1, 0]);
        assert_eq!(status(&open(AMSS, 0xffff_ffff, &[])), [0x26, 1, 0]);
        let mut loader = sierra();
        ask(&mut loader, &hello(6));
        let mut status = |bytes: &[u8]| ask(&mut loader, bytes)[..3].to_vec();
        assert_eq!(status(&open(CWE, 500, &[0; 100])), [0x26, 5, 0]);
        assert_eq!(status(&open(CWE, 399, &[0; 400])), [0x26, 1, 0]);
        assert_eq!(status(&open(CWE, 500, &[0; 400])), [0x26, 1, 0]);
    }

    #[test]
    fn chunks_that_do_not_fit() {
        for (bytes, status) in [
            (chunk(1, &[0; 10]), 2),
            (chunk(0, &[0; 101]), 2),
            (chunk(0, &[]), 2),
            ([WRITE; WRITE_HEADER].to_vec(), 1),
        ] {
            let mut loader = gobi();
            loader.receive(&[hello(5), open(AMSS, 100, &[])].concat());
            answers(&mut loader);
            let answer = ask(&mut loader, &bytes[..WRITE_HEADER]);
            assert_eq!((answer[0], answer[7]), (0x28, status));
            assert_eq!(ask(&mut loader, &frame(&[0x29]))[..2], [0x0d, 0x0f]);
        }
    }

    /// As a loader does it that waits for no answer, and says once that it is through.
    fn load(images: &[(u8, usize)]) -> Vec<u8> {
        let mut stream = hello(5);
        for &(kind, length) in images {
            stream.extend(open(kind, length, &[]));
            stream.extend(chunk(0, &vec![0x7e; length]));
        }
        [stream, frame(&[0x29])].concat()
    }

    #[test]
    fn a_gobi_wants_all_of_its_images() {
        let mut loader = gobi();
        let events = loader.receive(&load(&[(AMSS, 5000), (APPS, 300)]));
        assert_eq!(events.last(), Some(&Event::Done));
        assert!(!loader.has_all());
        let events = loader.receive(&load(&[(UQCN, 1)]));
        assert_eq!(events.last(), Some(&Event::Done));
        assert!(loader.has_all());
    }

    #[test]
    fn an_image_may_not_end_early() {
        let mut loader = gobi();
        let early = [hello(5), open(AMSS, 100, &[]), chunk(0, &[0; 50])].concat();
        loader.receive(&[early, open(APPS, 10, &[])].concat());
        assert_eq!(answers(&mut loader).last().unwrap()[..2], [0x0d, 0x0f]);
    }

    #[test]
    fn a_host_that_gives_up_can_begin_again() {
        let image = cwe::example("SPKG", "a_b_c_d", &[7; 2500]);
        let mut loader = sierra();
        loader.receive(&[hello(6), open(CWE, image.len(), &image[..cwe::HEADER])].concat());
        loader.receive(&chunk(0, &[7; 2500])[..1000]);
        answers(&mut loader);
        loader.port_closed();
        assert_eq!(update(&mut loader, &image), [0x2a, 0, 0, CWE, 0]);
    }

    #[test]
    fn nobody_reading_does_not_fill_the_memory() {
        let mut loader = sierra();
        loader.receive(&hello(6).repeat(10 * MAX_ANSWERS));
        assert_eq!(answers(&mut loader).len(), MAX_ANSWERS);
        loader.receive(&vec![1; 100 * MAX_FRAME]);
        assert!(matches!(&loader.reading, Reading::Frame(frame) if frame.len() == MAX_FRAME));
    }

    proptest! {
        #[test]
        fn splits_do_not_matter(lengths in prop::collection::vec(0..600_usize, 0..20)) {
            let stream = load(&[(AMSS, 300), (APPS, 20), (UQCN, 7)]);
            let mut loader = gobi();
            let mut rest = stream.as_slice();
            for length in lengths {
                let (part, left) = rest.split_at(length.min(rest.len()));
                loader.receive(part);
                rest = left;
            }
            loader.receive(rest);
            prop_assert!(loader.has_all());
            prop_assert_eq!(answers(&mut loader).len(), 8);
        }

        #[test]
        fn no_bytes_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..400),
            at in 0..500_usize,
        ) {
            let mut stream = load(&[(AMSS, 300), (APPS, 20)]);
            for (place, byte) in (at..).zip(&bytes) {
                if let Some(old) = stream.get_mut(place) {
                    *old = *byte;
                }
            }
            let mut loader = gobi();
            loader.receive(&bytes);
            loader.receive(&stream);
        }
    }
}
