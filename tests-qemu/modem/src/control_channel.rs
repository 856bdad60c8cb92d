// SPDX-License-Identifier: GPL-2.0-only
//! Messages over the control endpoint (CDC 1.2, 6.2.1 and 6.2.2): encapsulated commands go to the
//! modem, responses wait until they are fetched, and each is announced by one notification.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Responses that may wait; the oldest gives way.
const LIMIT: usize = 64;

/// A real device keeps a notification until the host polls for it. QEMU takes it at once, and drops it
/// if the guest stops polling before it has come to that. Nothing tells; but a guest that polls does so
/// many times in this span.
const UNPOLLED: Duration = Duration::from_millis(250);

/// bmRequestType of a notification: to the host, class, interface.
const NOTIFICATION: u8 = 0xa1;
const RESPONSE_AVAILABLE: u8 = 0x01;

/// The queue of responses and their announcements.
#[derive(Debug)]
pub struct ControlChannel {
    interface: u8,
    responses: VecDeque<Vec<u8>>,
    /// How many responses, the last ones of the queue, the host has still to be told of.
    unannounced: usize,
    /// When the host was told of the others, oldest first.
    announced: VecDeque<Instant>,
}

impl ControlChannel {
    /// An empty channel of interface number `interface`.
    pub fn new(interface: u8) -> Self {
        Self {
            interface,
            responses: VecDeque::new(),
            unannounced: 0,
            announced: VecDeque::new(),
        }
    }

    /// Queues a response and its notification.
    pub fn respond(&mut self, message: Vec<u8>) {
        if self.responses.len() >= LIMIT {
            self.fetch();
        }
        self.responses.push_back(message);
        self.unannounced += 1;
    }

    /// The oldest response, or nothing; it is gone afterwards.
    pub fn fetch(&mut self) -> Vec<u8> {
        let response = self.responses.pop_front().unwrap_or_default();
        self.announced.pop_front();
        self.unannounced = self.unannounced.min(self.responses.len());
        response
    }

    /// Whether the host has fetched all.
    pub fn is_empty(&self) -> bool {
        self.responses.is_empty()
    }

    /// The next notification, if the host has still to be told of a response.
    pub fn notify(&mut self, now: Instant) -> Option<[u8; 8]> {
        self.unannounced = self.unannounced.checked_sub(1)?;
        self.announced.push_back(now);
        Some([
            NOTIFICATION,
            RESPONSE_AVAILABLE,
            0,
            0,
            self.interface,
            0,
            0,
            0,
        ])
    }

    /// The host polls no more: what it cannot have polled yet is announced again when it polls next.
    pub fn polling_stopped(&mut self, now: Instant) {
        while let Some(last) = self.announced.back() {
            if now.duration_since(*last) >= UNPOLLED {
                break;
            }
            self.announced.pop_back();
            self.unannounced += 1;
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::new(self.interface);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_notification_for_each_response() {
        let now = Instant::now();
        let mut channel = ControlChannel::new(4);
        assert_eq!(channel.notify(now), None);
        channel.respond(vec![1]);
        channel.respond(vec![2]);
        assert_eq!(channel.notify(now), Some([0xa1, 1, 0, 0, 4, 0, 0, 0]));
        assert!(channel.notify(now).is_some());
        assert_eq!(channel.notify(now), None);
        assert_eq!(channel.fetch(), [1]);
        assert_eq!(channel.fetch(), [2]);
        assert!(channel.fetch().is_empty());
        channel.polling_stopped(now);
        assert_eq!(channel.notify(now), None);
    }

    #[test]
    fn a_notification_that_was_not_polled_comes_again() {
        let now = Instant::now();
        let mut channel = ControlChannel::new(4);
        channel.respond(vec![1]);
        channel.notify(now);
        channel.polling_stopped(now + UNPOLLED / 2);
        assert!(channel.notify(now + UNPOLLED).is_some());
        channel.polling_stopped(now + 2 * UNPOLLED);
        assert_eq!(channel.notify(now), None, "polled long ago");
        assert_eq!(channel.fetch(), [1]);
    }

    #[test]
    fn nobody_listening_does_not_fill_the_memory() {
        let now = Instant::now();
        let mut channel = ControlChannel::new(0);
        for _ in 0..10 * LIMIT {
            channel.respond(vec![0; 10]);
        }
        let notified = std::iter::from_fn(|| channel.notify(now)).count();
        assert_eq!(notified, LIMIT);
    }
}
