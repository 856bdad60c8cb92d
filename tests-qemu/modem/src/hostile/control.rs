// SPDX-License-Identifier: GPL-2.0-only
//! Answers on the control endpoint, and notifications, that are wrong.
//!
//! One case is one request: of a class, of a string, or of the status. Other standard requests are answered well, or there
//! would be no device.

use std::collections::VecDeque;
use std::time::Duration;

use rand::Rng;

use super::{any, change, noise, Cases, Kind, Random, Wrong};
use crate::usb::{class, Kind as Definer, Setup, Stall};

const GET_STATUS: u8 = 0x00;
const GET_DESCRIPTOR: u8 = 0x06;
const STRING: u8 = 0x03;

/// Notifications of a storm, at most: QEMU keeps a few dozens, and loses what comes before the guest has taken them.
const STORM: usize = 64;

/// What can be wrong with an answer.
const KINDS: [Kind<Answer>; 12] = [
    ("stall", stall),
    ("empty", empty),
    ("short", short),
    ("long", long),
    ("noise", all_noise),
    ("late", late),
    ("twice", twice),
    ("unasked notification", unasked_notification),
    ("storm of notifications", storm_of_notifications),
    ("wrong notification", wrong_notification),
    ("length of a notification", length_of_a_notification),
    ("lying notification", lying_notification),
];

/// What the modem answers to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The data stage to the host, or a stall.
    pub result: Result<Vec<u8>, Stall>,
    /// How long it takes.
    pub late: Duration,
    /// The response comes once more, and is announced.
    pub twice: bool,
    /// Unsolicited notifications.
    pub notifications: VecDeque<Vec<u8>>,
    setup: Setup,
}

impl Answer {
    /// An answer that is right.
    pub fn honest(setup: Setup, result: Result<Vec<u8>, Stall>, late: Duration) -> Self {
        Self {
            result,
            late,
            twice: false,
            notifications: VecDeque::new(),
            setup,
        }
    }
}

/// Corrupts one answer after the other.
#[derive(Debug, Clone)]
pub struct Control(Cases);

impl Control {
    /// Corrupts as many answers as there are cases.
    pub fn new(cases: Cases) -> Self {
        Self(cases)
    }

    /// Corrupts an answer: the case's number, and what is wrong. `None` if it stays as it is.
    pub fn corrupt(&mut self, answer: &mut Answer) -> Option<(u64, Wrong)> {
        if !is_spared(answer.setup) {
            let case = self.0.next()?;
            let wrong = change(&KINDS, answer, &mut case.random())?;
            return Some((case.number, wrong));
        }
        None
    }
}

/// Whether there would be no device if this request had a wrong answer.
fn is_spared(setup: Setup) -> bool {
    let [index, kind] = setup.value.to_le_bytes();
    match (setup.kind(), setup.request) {
        // String 0 has the languages.
        (Definer::Standard, GET_DESCRIPTOR) => kind != STRING || index == 0,
        (Definer::Standard, request) => request != GET_STATUS,
        (Definer::Class, _) => false,
        (Definer::Vendor | Definer::Reserved, _) => true,
    }
}

/// A notification as it should be, of a response to `setup`.
fn notification(setup: Setup) -> Vec<u8> {
    vec![0xa1, 0x01, 0, 0, setup.target(), 0, 0, 0]
}

fn stall(answer: &mut Answer, _: &mut Random) -> Option<String> {
    answer.result = Err(Stall);
    Some(answer.setup.name().to_owned())
}

/// The data stage to the host.
fn data(answer: &mut Answer) -> Option<&mut Vec<u8>> {
    let to_host = answer.setup.is_in();
    answer.result.as_mut().ok().filter(|_| to_host)
}

fn empty(answer: &mut Answer, _: &mut Random) -> Option<String> {
    data(answer)?.clear();
    Some(answer.setup.name().to_owned())
}

fn short(answer: &mut Answer, random: &mut Random) -> Option<String> {
    let data = data(answer)?;
    let length = data.len();
    data.truncate(random.random_range(0..length.max(1)));
    Some(format!("{} of {length} bytes", data.len()))
}

fn long(answer: &mut Answer, random: &mut Random) -> Option<String> {
    // QEMU would not carry more than the host asked for.
    let asked = usize::from(answer.setup.length);
    let data = data(answer)?;
    let length = data.len();
    data.extend(noise(asked.saturating_sub(length), random));
    Some(format!("{asked} bytes in place of {length}"))
}

fn all_noise(answer: &mut Answer, random: &mut Random) -> Option<String> {
    let length = random.random_range(0..=usize::from(answer.setup.length));
    *data(answer)? = noise(length, random);
    Some(format!("{length} bytes"))
}

fn late(answer: &mut Answer, random: &mut Random) -> Option<String> {
    answer.late = Duration::from_millis(random.random_range(1..=200));
    Some(format!("{} ms", answer.late.as_millis()))
}

fn twice(answer: &mut Answer, _: &mut Random) -> Option<String> {
    let response = answer.setup.request == class::GET_ENCAPSULATED_RESPONSE;
    let fits = response && answer.setup.kind() == Definer::Class;
    answer.twice = fits;
    fits.then(|| "the response".to_owned())
}

fn unasked_notification(answer: &mut Answer, random: &mut Random) -> Option<String> {
    let count = random.random_range(1..=3);
    let good = notification(answer.setup);
    answer.notifications.extend(vec![good; count]);
    Some(count.to_string())
}

fn storm_of_notifications(answer: &mut Answer, random: &mut Random) -> Option<String> {
    let count = random.random_range(STORM / 2..=STORM);
    let good = notification(answer.setup);
    answer.notifications.extend(vec![good; count]);
    Some(count.to_string())
}

fn wrong_notification(answer: &mut Answer, random: &mut Random) -> Option<String> {
    let mut wrong = notification(answer.setup);
    // NETWORK_CONNECTION, SERIAL_STATE, CONNECTION_SPEED_CHANGE, and what is none.
    wrong[1] = any(&[0x00, 0x20, 0x2a, 0xff, random.random()], random);
    wrong[2] = random.random();
    let text = format!("{wrong:02x?}");
    answer.notifications.push_back(wrong);
    Some(text)
}

fn length_of_a_notification(answer: &mut Answer, random: &mut Random) -> Option<String> {
    let mut wrong = notification(answer.setup);
    wrong.resize(any(&[0, 1, 7, 9, 16, 64], random), 0);
    let text = format!("{} bytes", wrong.len());
    answer.notifications.push_back(wrong);
    Some(text)
}

fn lying_notification(answer: &mut Answer, random: &mut Random) -> Option<String> {
    let mut wrong = notification(answer.setup);
    let place = any(&[0, 2, 3, 4, 5, 6, 7], random);
    wrong[place] = random.random();
    let text = format!("{wrong:02x?}");
    answer.notifications.push_back(wrong);
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Case;
    use super::*;

    const GET: Setup = Setup {
        request_type: 0xa1,
        request: class::GET_ENCAPSULATED_RESPONSE,
        value: 0,
        index: 4,
        length: 4096,
    };

    fn answers(setup: Setup, count: u64) -> Vec<(Answer, Wrong)> {
        let first = Case { seed: 1, number: 0 };
        let mut control = Control::new(Cases::new(first, count));
        let corrupt = |_| {
            let mut answer = Answer::honest(setup, Ok(vec![1; 20]), Duration::ZERO);
            let (_, wrong) = control.corrupt(&mut answer)?;
            Some((answer, wrong))
        };
        (0..=count).filter_map(corrupt).collect()
    }

    #[test]
    fn the_same_cases_are_wrong_in_the_same_way_and_then_all_is_well() {
        assert_eq!(answers(GET, 100), answers(GET, 100));
        assert_eq!(answers(GET, 100).len(), 100);
    }

    #[test]
    fn every_kind_occurs_and_nothing_is_too_long() {
        let answers = answers(GET, 500);
        let seen: BTreeSet<_> = answers.iter().map(|(_, wrong)| wrong.kind).collect();
        assert_eq!(seen, KINDS.iter().map(|kind| kind.0).collect());
        let lengths = answers
            .iter()
            .filter_map(|(answer, _)| answer.result.as_ref().ok());
        assert!(lengths.map(Vec::len).all(|length| length <= 4096));
    }

    #[test]
    fn what_makes_a_device_is_spared() {
        let get = |value| Setup {
            request_type: 0x80,
            request: GET_DESCRIPTOR,
            value,
            index: 0,
            length: 255,
        };
        let spared = [0x0100, 0x0200, 0x0300, 0x0f00].map(get);
        assert!(spared.into_iter().all(is_spared));
        assert!(!is_spared(get(0x0302)));
        assert!(!is_spared(GET));
    }
}
