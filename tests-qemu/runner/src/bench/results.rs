// SPDX-License-Identifier: GPL-2.0-only
//! All that was measured, by contender and case, over the repeats.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cases::Case;
use super::contender::{Contender, Link};
use super::groups::Group;
use super::symbols::{Function, Histogram};
use super::traffic::{Direction, Traffic};
use crate::qemu::INSTRUCTION;

/// Bytes of payload in a segment.
const SEGMENT: f64 = 1460.0;
/// Segments that may be sent, for each that is needed.
const MOST_SEGMENTS: f64 = 1.01;
/// Bytes of a megabyte.
const MEGABYTE: f64 = 1_000_000.0;

/// One case, measured once.
#[derive(Debug, Default)]
pub struct Measurement {
    /// Packets that arrived.
    pub packets: u64,
    /// Packets that did not.
    pub lost: u64,
    /// USB requests that brought something.
    pub requests_in: u64,
    /// USB requests that took something.
    pub requests_out: u64,
    /// Segments of TCP with payload, to the guest and from it.
    pub segments: [u64; 2],
    /// Segments of TCP without payload, to the guest and from it.
    pub empty: [u64; 2],
    /// Datagrams that reached a socket, if there were more than the guest could take.
    pub reached: u64,
    /// Instructions in user space.
    pub user: u64,
    /// Instructions in the kernel, by function, without waiting.
    pub functions: Histogram,
}

impl Measurement {
    /// Instructions of kernel and user space.
    pub fn instructions(&self) -> u64 {
        self.user + self.functions.values().sum::<u64>()
    }

    /// Thousands of instructions for each packet.
    pub fn cost(&self) -> f64 {
        self.scaled(self.instructions())
    }

    /// Thousands of instructions for each packet, by group.
    pub fn by_group(&self) -> BTreeMap<Group, f64> {
        let mut groups = BTreeMap::from([(Group::User, self.user)]);
        for (function, count) in &self.functions {
            *groups.entry(Group::of(function)).or_default() += count;
        }
        let scaled = |(group, count)| (group, self.scaled(count));
        groups.into_iter().map(scaled).collect()
    }

    /// The functions of a group that cost most, with thousands of instructions for each packet.
    pub fn most(&self, group: Group, count: usize) -> Vec<(&Function, f64)> {
        let mut functions: Vec<_> = self
            .functions
            .iter()
            .filter(|(function, _)| Group::of(function) == group)
            .map(|(function, &count)| (function, self.scaled(count)))
            .collect();
        functions.sort_by(|a, b| b.1.total_cmp(&a.1));
        functions.truncate(count);
        functions
    }

    /// Segments of a TCP case in its direction.
    pub fn segments(&self, direction: Direction) -> u64 {
        let [down, up] = self.segments;
        match direction {
            Direction::Down => down,
            Direction::Up => up,
        }
    }

    /// Acknowledgements for each segment of a TCP case.
    pub fn acknowledgements(&self, direction: Direction) -> f64 {
        let [down, up] = self.empty;
        let back = match direction {
            Direction::Down => up,
            Direction::Up => down,
        };
        back as f64 / self.segments(direction) as f64
    }

    /// Why this is no measurement of `case`: segments were sent more than once.
    pub fn spoilt(&self, case: Case) -> Option<String> {
        let direction = case.traffic.direction()?;
        let bytes = self.packets as f64 * SEGMENT;
        let needed = (bytes / case.family.segment()).ceil();
        let sent = self.segments(direction);
        let spoilt = sent as f64 > needed * MOST_SEGMENTS;
        spoilt.then(|| format!("{sent} segments were sent where {needed} suffice"))
    }

    /// So many in a second of the guest's work. What it waits does not count: how much that is depends on the host.
    fn per_second(&self, datagrams: u64) -> f64 {
        datagrams as f64 * 1e9 / (self.instructions() * INSTRUCTION) as f64
    }

    fn scaled(&self, instructions: u64) -> f64 {
        // In an overload there may be none.
        instructions as f64 / (self.packets.max(1) as f64 * 1000.0)
    }
}

/// The same, measured several times.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Figure {
    values: Vec<f64>,
}

impl Figure {
    /// Adds a value.
    pub fn add(&mut self, value: f64) {
        self.values.push(value);
    }

    /// How often it was measured.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// The middle one, or the mean of the two in the middle.
    pub fn median(&self) -> Option<f64> {
        let mut values = self.values.clone();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        match values.len() {
            0 => None,
            length if length % 2 == 1 => Some(values[middle]),
            _ => Some((values[middle - 1] + values[middle]) / 2.0),
        }
    }

    /// From the least to the most, as a part of the median.
    pub fn spread(&self) -> Option<f64> {
        let least = self.values.iter().copied().min_by(f64::total_cmp)?;
        let most = self.values.iter().copied().max_by(f64::total_cmp)?;
        Some((most - least) / self.median()?)
    }
}

/// What is known of a case.
#[derive(Debug, Default)]
pub struct Figures {
    /// Thousands of instructions for each packet.
    pub cost: Figure,
    /// USB requests for each megabyte of payload, in its direction; only of TCP over USB.
    pub requests: Figure,
    /// Acknowledgements for each segment; only of TCP.
    pub acknowledgements: Figure,
    /// Datagrams that were read in a second of the guest's work; only of an overload.
    pub rate: Figure,
    /// Datagrams that reached a socket in a second; only of an overload.
    pub reached: Figure,
    /// Packets that were lost, in all repeats.
    pub lost: u64,
    /// Why it could not be measured.
    pub missing: Option<String>,
    /// The last measurement.
    pub last: Option<Measurement>,
}

/// Everything.
#[derive(Debug, Default)]
pub struct Results {
    /// By contender and case.
    pub cases: BTreeMap<(Contender, Case), Figures>,
    /// KiB at most in use during a download, more than before the link was up.
    pub memory: BTreeMap<(Contender, Link), Figure>,
    /// Bytes of code by module.
    pub text: BTreeMap<String, u64>,
    /// Guests that failed, and cases that were spoilt each time.
    pub failures: usize,
}

impl Results {
    /// Adds a measurement.
    pub fn measured(&mut self, contender: Contender, case: Case, measurement: Measurement) {
        let figures = self.cases.entry((contender, case)).or_default();
        figures.cost.add(measurement.cost());
        figures.lost += measurement.lost;
        if let Some(direction) = case.traffic.direction() {
            let acknowledgements = measurement.acknowledgements(direction);
            figures.acknowledgements.add(acknowledgements);
        }
        if let (Traffic::Tcp(direction), true) = (case.traffic, case.link != Link::Card) {
            let requests = match direction {
                Direction::Down => measurement.requests_in,
                Direction::Up => measurement.requests_out,
            };
            let megabytes = measurement.packets as f64 * SEGMENT / MEGABYTE;
            figures.requests.add(requests as f64 / megabytes);
        }
        if matches!(case.traffic, Traffic::Overload(_)) {
            figures
                .rate
                .add(measurement.per_second(measurement.packets));
            figures
                .reached
                .add(measurement.per_second(measurement.reached));
        }
        figures.last = Some(measurement);
    }

    /// Notes why there is no measurement.
    pub fn missing(&mut self, contender: Contender, case: Case, reason: String) {
        let figures = self.cases.entry((contender, case)).or_default();
        figures.missing.get_or_insert(reason);
    }

    /// The median of a case's cost.
    pub fn cost(&self, contender: Contender, case: Case) -> Option<f64> {
        self.cases.get(&(contender, case))?.cost.median()
    }

    /// The median of a case's USB requests.
    pub fn requests(&self, contender: Contender, case: Case) -> Option<f64> {
        self.cases.get(&(contender, case))?.requests.median()
    }

    /// What a contender has to show beside the others' `case`: a card has but one kind of link, and the C driver none with
    /// uplink aggregation or version 5.
    pub fn beside(&self, contender: Contender, case: Case) -> Option<&Figures> {
        let link = match (contender, case.link) {
            (Contender::Virtio, _) => Link::Card,
            (Contender::C, Link::Qmap1Aggregated | Link::Qmap1V5) => Link::Qmap1,
            (_, link) => link,
        };
        self.cases.get(&(contender, Case { link, ..case }))
    }

    /// All cases that anybody was measured in, in order; those of the card alone only if there are no others.
    pub fn all_cases(&self) -> Vec<Case> {
        let mut cases: Vec<_> = self.cases.keys().map(|(_, case)| *case).collect();
        cases.sort();
        cases.dedup();
        if cases.iter().any(|case| case.link != Link::Card) {
            cases.retain(|case| case.link != Link::Card);
        }
        cases
    }
}

#[cfg(test)]
mod tests {
    use super::super::traffic::Family;
    use super::*;

    fn figure(values: &[f64]) -> Figure {
        Figure {
            values: values.to_vec(),
        }
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(figure(&[]).median(), None);
        assert_eq!(figure(&[3.0, 1.0, 2.0]).median(), Some(2.0));
        assert_eq!(figure(&[3.0, 1.0]).median(), Some(2.0));
        assert_eq!(figure(&[3.0, 1.0, 2.0]).spread(), Some(1.0));
        assert_eq!(figure(&[2.0]).spread(), Some(0.0));
    }

    #[test]
    fn segments_that_are_sent_again_spoil_a_measurement() {
        let case = |family| Case {
            link: Link::Qmap1,
            traffic: Traffic::Tcp(Direction::Up),
            family,
        };
        let sent = |segments| Measurement {
            packets: 3000,
            segments: [0, segments],
            empty: [1500, 0],
            ..Measurement::default()
        };
        assert_eq!(sent(3030).spoilt(case(Family::V4)), None);
        assert!(sent(3031).spoilt(case(Family::V4)).is_some());
        // Shorter segments, so there are more.
        assert_eq!(sent(3072).spoilt(case(Family::V6)), None);
        assert_eq!(sent(3000).acknowledgements(Direction::Up), 0.5);
    }

    #[test]
    fn rates_are_for_work() {
        let measurement = Measurement {
            reached: 3,
            user: 1_000_000 / INSTRUCTION,
            ..Measurement::default()
        };
        assert_eq!(measurement.per_second(measurement.reached), 3000.0);
        assert_eq!(measurement.per_second(measurement.packets), 0.0);
    }

    #[test]
    fn costs_are_for_each_packet() {
        let function = |name: &str| Function {
            name: name.to_owned(),
            module: Some("usbnet".to_owned()),
        };
        let measurement = Measurement {
            packets: 10,
            user: 1000,
            functions: Histogram::from([(function("a"), 7000), (function("b"), 2000)]),
            ..Measurement::default()
        };
        assert_eq!(measurement.cost(), 1.0);
        assert_eq!(measurement.by_group()[&Group::Usbnet], 0.9);
        let most = measurement.most(Group::Usbnet, 1);
        assert_eq!(most, [(&function("a"), 0.7)]);
    }
}
