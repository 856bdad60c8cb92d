// SPDX-License-Identifier: GPL-2.0-only
//! A modem that is pulled out at any request, and comes back to be pulled out again.

use std::fmt;

use rand::Rng;

use super::{any, Case, Cases, Wrong};

/// What the host asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// A control transfer, or what usb-redir has in place of one.
    Control,
    /// A bulk transfer to the host.
    BulkIn,
    /// A bulk transfer from the host.
    BulkOut,
    /// The beginning or the end of polling an interrupt endpoint.
    Polling,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Control => "control request",
            Self::BulkIn => "bulk request to the host",
            Self::BulkOut => "bulk request from the host",
            Self::Polling => "polling request",
        })
    }
}

/// When a modem goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Departure {
    request: Request,
    /// Requests of that kind until then, this one included.
    left: u64,
    /// Whether this one is still answered.
    answered: bool,
}

impl Departure {
    fn of(case: Case) -> Self {
        let mut random = case.random();
        // When a driver has set a modem up there were 20 to 30 control requests; a link that comes up brings 60 bulk requests to
        // the host, and now and then one from it.
        let (request, most) = any(
            &[
                (Request::Control, 25),
                (Request::Control, 35),
                (Request::BulkIn, 60),
                (Request::BulkOut, 1),
                (Request::Polling, 4),
            ],
            &mut random,
        );
        Self {
            request,
            left: random.random_range(1..=most),
            answered: random.random(),
        }
    }

    fn describe(&self) -> Wrong {
        let answered = match self.answered {
            true => "answered",
            false => "unanswered",
        };
        Wrong {
            kind: "gone",
            what: format!("at {} {}, {answered}", self.request, self.left),
        }
    }
}

/// What to do with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Answer it.
    Stay,
    /// Answer it, then go.
    AnswerAndGo,
    /// Go.
    Go,
}

/// Decides when the modem goes, as often as there are cases; then it stays.
#[derive(Debug, Clone)]
pub struct Presence {
    cases: Cases,
    departure: Option<Departure>,
}

impl Presence {
    /// Begins before the first case: the modem arrives by [`Self::arrive`].
    pub fn new(cases: Cases) -> Self {
        Self {
            cases,
            departure: None,
        }
    }

    /// The modem is there: what is going to happen, and the case's number; `None` if it stays.
    pub fn arrive(&mut self) -> Option<(u64, Wrong)> {
        let case = self.cases.next();
        self.departure = case.map(Departure::of);
        Some((case?.number, self.departure?.describe()))
    }

    /// Counts a request.
    pub fn decide(&mut self, request: Request) -> Verdict {
        let due = self.departure.take_if(|departure| {
            departure.left -= u64::from(departure.request == request);
            departure.left == 0
        });
        match due {
            None => Verdict::Stay,
            Some(Departure { answered: true, .. }) => Verdict::AnswerAndGo,
            Some(Departure { .. }) => Verdict::Go,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Case = Case { seed: 1, number: 0 };

    #[test]
    fn the_same_cases_go_at_the_same_requests_and_then_it_stays() {
        let all = || {
            let mut presence = Presence::new(Cases::new(FIRST, 50));
            std::iter::from_fn(move || presence.arrive()).collect::<Vec<_>>()
        };
        assert_eq!(all(), all());
        assert_eq!(all().len(), 50);
    }

    #[test]
    fn it_goes_at_every_kind_of_request() {
        let departures = || Cases::new(FIRST, 200).map(Departure::of);
        for request in [
            Request::Control,
            Request::BulkIn,
            Request::BulkOut,
            Request::Polling,
        ] {
            for answered in [true, false] {
                let fits = |d: &Departure| d.request == request && d.answered == answered;
                assert!(departures().any(|d| fits(&d)), "{request} {answered}");
            }
        }
    }

    #[test]
    fn only_its_kind_of_request_counts() {
        let mut presence = Presence::new(Cases::new(FIRST, 0));
        presence.departure = Some(Departure {
            request: Request::BulkIn,
            left: 2,
            answered: false,
        });
        assert_eq!(presence.decide(Request::Control), Verdict::Stay);
        assert_eq!(presence.decide(Request::BulkIn), Verdict::Stay);
        assert_eq!(presence.decide(Request::BulkIn), Verdict::Go);
        assert_eq!(presence.arrive(), None);
        assert_eq!(presence.decide(Request::BulkIn), Verdict::Stay);
    }
}
