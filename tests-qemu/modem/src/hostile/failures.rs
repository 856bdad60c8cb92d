// SPDX-License-Identifier: GPL-2.0-only
//! Transfers that fail: the next ones of an endpoint, as many as the host asks for.

use std::collections::BTreeMap;

use super::order;

/// The UDP port that takes orders.
const PORT: u16 = 22;

/// An endpoint for packets, or the one for notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pipe {
    /// Packets to the host.
    In,
    /// Packets from the host.
    Out,
    /// Notifications.
    Interrupt,
}

impl Pipe {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "in" => Some(Self::In),
            "out" => Some(Self::Out),
            "interrupt" => Some(Self::Interrupt),
            _ => None,
        }
    }
}

/// How a transfer fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The endpoint halts, and the host has to clear that.
    Stall,
    /// The bus had an error.
    Error,
    /// The device sent more than was asked for.
    Babble,
    /// The device takes nothing until the host gives the transfer up.
    Silence,
}

impl Failure {
    fn from_name(name: &str) -> Option<Self> {
        [Self::Stall, Self::Error, Self::Babble, Self::Silence]
            .into_iter()
            .find(|failure| failure.name() == name)
    }

    /// Its name in orders and in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stall => "stall",
            Self::Error => "error",
            Self::Babble => "babble",
            Self::Silence => "silence",
        }
    }
}

/// "PIPE FAILURE COUNT": as many transfers of that pipe are to fail; 0 has them succeed again. Silence is for packets from the
/// host: to it, a device that has nothing to say is as silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pipe: Pipe,
    failure: Failure,
    count: u64,
}

impl Order {
    /// What the host asks for, if this packet is for the port that takes orders.
    pub fn of(packet: &[u8]) -> Option<Self> {
        Self::parse(order(packet, PORT)?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let order = Self {
            pipe: Pipe::from_name(words.next()?)?,
            failure: Failure::from_name(words.next()?)?,
            count: words.next()?.parse().ok()?,
        };
        (order.failure != Failure::Silence || order.pipe == Pipe::Out).then_some(order)
    }
}

/// The failures that are still to come.
#[derive(Debug, Default)]
pub struct Failures(BTreeMap<Pipe, (Failure, u64)>);

impl Failures {
    /// Does as ordered from now on.
    pub fn take(&mut self, order: Order) {
        self.0.insert(order.pipe, (order.failure, order.count));
    }

    /// How the pipe's next transfer fails, if it does.
    pub fn next(&mut self, pipe: Pipe) -> Option<Failure> {
        let (failure, left) = self.0.get_mut(&pipe)?;
        *left = left.checked_sub(1)?;
        Some(*failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pipe_fails_as_often_as_ordered() {
        let mut failures = Failures::default();
        for text in ["in stall 2", "out error 1\n"] {
            failures.take(Order::parse(text).unwrap());
        }
        let mut next = |pipe| failures.next(pipe);
        assert_eq!(next(Pipe::In), Some(Failure::Stall));
        assert_eq!(next(Pipe::Out), Some(Failure::Error));
        assert_eq!(next(Pipe::In), Some(Failure::Stall));
        assert_eq!((next(Pipe::In), next(Pipe::Out)), (None, None));
        assert_eq!(next(Pipe::Interrupt), None);
    }

    #[test]
    fn an_order_takes_the_place_of_the_one_before() {
        let mut failures = Failures::default();
        for text in ["interrupt babble 100", "interrupt error 0"] {
            failures.take(Order::parse(text).unwrap());
        }
        assert_eq!(failures.next(Pipe::Interrupt), None);
    }

    #[test]
    fn what_makes_no_sense_is_no_order() {
        for text in [
            "",
            "in",
            "in stall",
            "up stall 1",
            "in fail 1",
            "in stall -1",
            "in silence 1",
        ] {
            assert_eq!(Order::parse(text), None, "{text}");
        }
    }
}
