// SPDX-License-Identifier: GPL-2.0-only
//! What the driver is to reach, as ratios to the C driver, and to a network card, in the same run.

use serde::Serialize;

use super::cases::{Case, Contender, Direction, Family, Link, Traffic};
use super::results::Results;

/// A ratio that is not to be exceeded.
#[derive(Clone, Debug, Serialize)]
pub struct Target {
    /// What is compared.
    pub what: String,
    /// To whom.
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
}

/// A line of the table of targets: our link, the C driver's, and the limits to it and to a card.
struct Line(Measure, Link, Link, f64, Option<f64>);

const DOWNLOAD: Measure = Measure::Cost(Traffic::Tcp(Direction::Down));
const UPLOAD: Measure = Measure::Cost(Traffic::Tcp(Direction::Up));
const SMALL: Measure = Measure::Cost(Traffic::Udp(64, Direction::Down));
const PING: Measure = Measure::Cost(Traffic::Ping);

/// The C driver cannot aggregate, so that ours with aggregation is compared to it without.
const LINES: [Line; 18] = [
    Line(DOWNLOAD, Link::RawIp, Link::RawIp, 0.55, Some(1.1)),
    Line(DOWNLOAD, Link::Ethernet, Link::Ethernet, 0.55, Some(1.1)),
    Line(DOWNLOAD, Link::Qmap1, Link::Qmap1, 0.28, Some(1.1)),
    Line(UPLOAD, Link::RawIp, Link::RawIp, 0.85, None),
    Line(UPLOAD, Link::Ethernet, Link::Ethernet, 0.85, None),
    Line(UPLOAD, Link::Qmap1Aggregated, Link::Qmap1, 0.35, Some(1.0)),
    Line(Measure::Requests, Link::RawIp, Link::RawIp, 1.0, None),
    Line(Measure::Requests, Link::Ethernet, Link::Ethernet, 1.0, None),
    Line(
        Measure::Requests,
        Link::Qmap1Aggregated,
        Link::Qmap1,
        0.15,
        None,
    ),
    Line(SMALL, Link::RawIp, Link::RawIp, 0.8, None),
    Line(SMALL, Link::Ethernet, Link::Ethernet, 0.8, None),
    Line(SMALL, Link::Qmap1, Link::Qmap1, 0.4, None),
    Line(PING, Link::RawIp, Link::RawIp, 1.05, None),
    Line(PING, Link::Ethernet, Link::Ethernet, 1.05, None),
    Line(PING, Link::Qmap1, Link::Qmap1, 1.05, None),
    Line(Measure::Memory, Link::RawIp, Link::RawIp, 1.05, None),
    Line(Measure::Memory, Link::Ethernet, Link::Ethernet, 1.05, None),
    Line(Measure::Memory, Link::Qmap1, Link::Qmap1, 1.05, None),
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
        }
    }

    /// Over IPv4.
    fn of(self, results: &Results, contender: Contender, link: Link) -> Option<f64> {
        let case = |traffic| Case {
            link,
            traffic,
            family: Family::V4,
        };
        match self {
            Self::Cost(traffic) => results.cost(contender, case(traffic)),
            Self::Requests => results.requests(contender, case(Traffic::Tcp(Direction::Up))),
            Self::Memory => results.memory.get(&(contender, link))?.median(),
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
            (Contender::C, Link::RawIp, 1000),
            (Contender::Ours, Link::RawIp, 551),
            (Contender::Virtio, Link::Card, 400),
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
