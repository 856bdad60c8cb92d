// SPDX-License-Identifier: GPL-2.0-only
//! What the driver is to reach, as ratios to the C driver, and to a network card, in the same run.

use serde::Serialize;

use super::cases::Case;
use super::contender::{Contender, Link};
use super::results::Results;
use super::traffic::{Direction, Family, Filter, Offloads, Traffic};

/// A ratio that is not to be exceeded.
#[derive(Clone, Debug, Serialize)]
pub struct Target {
    /// What is compared.
    pub what: String,
    /// The contender that it is compared with.
    pub to: &'static str,
    /// The largest ratio that meets it.
    pub limit: f64,
    /// The ratio that was measured.
    pub ratio: Option<f64>,
}

impl Target {
    /// "met", "missed" or "not measured".
    pub fn verdict(&self) -> &'static str {
        match self.ratio {
            None => "not measured",
            // As precise as it is shown: a request more or less among thousands is noise.
            Some(ratio) if (ratio * 100.0).round() <= (self.limit * 100.0).round() => "met",
            Some(_) => "missed",
        }
    }
}

/// What is compared of a case.
#[derive(Clone, Copy)]
enum Measure {
    /// Instructions for each packet.
    Cost(Traffic),
    /// USB requests for each megabyte of a TCP upload.
    Requests,
    /// Memory during a TCP download.
    Memory,
    /// Time for each small datagram of an overload that is read.
    Read,
    /// Time for each one that reaches the socket.
    Reached,
}

/// A line of the table of targets: our link, the C driver's, and the limits to it and to a card.
struct Line(Measure, Link, Link, f64, Option<f64>);

const DOWNLOAD: Measure = Measure::Cost(Traffic::Tcp(Direction::Down));
const UPLOAD: Measure = Measure::Cost(Traffic::Tcp(Direction::Up));
const SMALL: Measure = Measure::Cost(Traffic::Udp(64, Direction::Down));
const PING: Measure = Measure::Cost(Traffic::Ping);
const REQUESTS: Measure = Measure::Requests;
const MEMORY: Measure = Measure::Memory;
const READ: Measure = Measure::Read;
const REACHED: Measure = Measure::Reached;

const fn forwarded(direction: Direction, filter: Filter) -> Measure {
    Measure::Cost(Traffic::Forward(direction, filter, Offloads::On))
}

const FAST_DOWN: Measure = forwarded(Direction::Down, Filter::Flowtable);
const FAST_UP: Measure = forwarded(Direction::Up, Filter::Flowtable);
const SLOW_DOWN: Measure = forwarded(Direction::Down, Filter::Masquerade);
const SLOW_UP: Measure = forwarded(Direction::Up, Filter::Masquerade);

/// The C driver cannot aggregate, and has no version 5, so that ours with these is compared to it without.
#[rustfmt::skip]
const LINES: [Line; 24] = [
    Line(DOWNLOAD, Link::Qmap1, Link::Qmap1, 0.53, Some(1.0)),
    Line(DOWNLOAD, Link::Qmap4, Link::Qmap4, 0.53, Some(1.0)),
    Line(DOWNLOAD, Link::Qmap1V5, Link::Qmap1, 0.47, Some(0.9)),
    Line(UPLOAD, Link::Qmap1Aggregated, Link::Qmap1, 0.28, Some(0.8)),
    Line(SMALL, Link::Qmap1, Link::Qmap1, 0.82, Some(0.7)),
    Line(DOWNLOAD, Link::RawIp, Link::RawIp, 0.78, None),
    Line(DOWNLOAD, Link::Ethernet, Link::Ethernet, 0.78, None),
    Line(UPLOAD, Link::RawIp, Link::RawIp, 0.8, None),
    Line(UPLOAD, Link::Ethernet, Link::Ethernet, 0.8, None),
    Line(FAST_DOWN, Link::Qmap1Aggregated, Link::Qmap1, 0.6, None),
    Line(FAST_UP, Link::Qmap1Aggregated, Link::Qmap1, 0.42, None),
    Line(SLOW_DOWN, Link::Qmap1Aggregated, Link::Qmap1, 0.52, None),
    Line(SLOW_UP, Link::Qmap1Aggregated, Link::Qmap1, 0.38, None),
    Line(FAST_DOWN, Link::RawIp, Link::RawIp, 0.95, None),
    Line(FAST_UP, Link::RawIp, Link::RawIp, 0.9, None),
    Line(PING, Link::RawIp, Link::RawIp, 1.0, None),
    Line(PING, Link::Ethernet, Link::Ethernet, 1.0, None),
    Line(PING, Link::Qmap1, Link::Qmap1, 1.0, None),
    Line(PING, Link::Qmap4, Link::Qmap4, 1.0, None),
    Line(REQUESTS, Link::Qmap1Aggregated, Link::Qmap1, 0.1, None),
    Line(MEMORY, Link::Qmap1, Link::Qmap1, 1.6, None),
    Line(MEMORY, Link::Qmap4, Link::Qmap4, 1.6, None),
    Line(READ, Link::Qmap1, Link::Qmap1, 1.0, None),
    Line(REACHED, Link::Qmap1, Link::Qmap1, 1.0, None),
];

/// All targets with what was measured.
pub fn all(results: &Results) -> Vec<Target> {
    let mut targets = Vec::new();
    for &Line(measure, link, theirs, limit, card) in &LINES {
        let own = measure.of(results, Contender::Ours, link);
        let what = format!("{}, {}", measure.name(), link.name());
        let ratio = |other: Option<f64>| Some(own? / other?);
        targets.push(Target {
            what: what.clone(),
            to: Contender::C.label(),
            limit,
            ratio: ratio(measure.of(results, Contender::C, theirs)),
        });
        targets.extend(card.map(|limit| Target {
            what,
            to: Contender::Virtio.label(),
            limit,
            ratio: ratio(measure.of(results, Contender::Virtio, Link::Card)),
        }));
    }
    targets
}

impl Measure {
    fn name(self) -> String {
        match self {
            Self::Cost(Traffic::Udp(bytes, _)) => format!("UDP {bytes} bytes, received"),
            Self::Cost(Traffic::Ping) => "ping round trip".to_owned(),
            Self::Cost(traffic) => traffic.to_string(),
            Self::Requests => "USB requests per MB sent".to_owned(),
            Self::Memory => "peak memory".to_owned(),
            Self::Read => "time for a datagram that is read of an overload".to_owned(),
            Self::Reached => "time for a datagram of an overload".to_owned(),
        }
    }

    /// Over IPv4.
    fn of(self, results: &Results, contender: Contender, link: Link) -> Option<f64> {
        let case = |traffic| Case {
            link,
            traffic,
            family: Family::V4,
        };
        let overload = || results.cases.get(&(contender, case(Traffic::Overload(64))));
        match self {
            Self::Cost(traffic) => results.cost(contender, case(traffic)),
            Self::Requests => results.requests(contender, case(Traffic::Tcp(Direction::Up))),
            Self::Memory => results.memory.get(&(contender, link))?.median(),
            Self::Read => Some(1.0 / overload()?.rate.median()?),
            Self::Reached => Some(1.0 / overload()?.reached.median()?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::results::Measurement;
    use super::*;

    fn results(costs: &[(Contender, Link, u64)]) -> Results {
        let mut results = Results::default();
        for &(contender, link, user) in costs {
            let case = Case {
                link,
                traffic: Traffic::Tcp(Direction::Down),
                family: Family::V4,
            };
            let measurement = Measurement {
                packets: 1,
                user,
                ..Measurement::default()
            };
            results.measured(contender, case, measurement);
        }
        results
    }

    fn verdicts(results: &Results) -> Vec<&'static str> {
        all(results).iter().map(Target::verdict).collect()
    }

    #[test]
    fn a_ratio_at_the_limit_meets_it() {
        let results = results(&[
            (Contender::C, Link::Qmap1, 1000),
            (Contender::Ours, Link::Qmap1, 530),
            (Contender::Virtio, Link::Card, 500),
        ]);
        let verdicts = verdicts(&results);
        assert_eq!(verdicts[..3], ["met", "missed", "not measured"]);
    }

    #[test]
    fn without_the_other_there_is_no_ratio() {
        let results = results(&[(Contender::Ours, Link::RawIp, 55)]);
        assert!(verdicts(&results)
            .iter()
            .all(|verdict| *verdict == "not measured"));
    }
}
