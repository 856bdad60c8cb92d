// SPDX-License-Identifier: GPL-2.0-only
//! Messages over the control endpoint (CDC 1.2, 6.2.1 and 6.2.2): encapsulated commands go to the
//! modem, responses wait until they are fetched, and each is announced by one notification.

use std::collections::VecDeque;

/// Responses that may wait; the oldest gives way.
const LIMIT: usize = 64;

/// bmRequestType of a notification: to the host, class, interface.
const NOTIFICATION: u8 = 0xa1;
const RESPONSE_AVAILABLE: u8 = 0x01;

/// The queue of responses and their announcements.
#[derive(Debug, Default)]
pub struct ControlChannel {
    responses: VecDeque<Vec<u8>>,
    unannounced: usize,
    interface: u8,
}

impl ControlChannel {
    /// An empty channel of interface number `interface`.
    pub fn new(interface: u8) -> Self {
        Self {
            interface,
            ..Self::default()
        }
    }

    /// Queues a response and its notification.
    pub fn respond(&mut self, message: Vec<u8>) {
        if self.responses.len() >= LIMIT {
            self.responses.pop_front();
        }
        self.responses.push_back(message);
        self.unannounced = self.responses.len().min(self.unannounced + 1);
    }

    /// The oldest response, or nothing; it is gone afterwards.
    pub fn fetch(&mut self) -> Vec<u8> {
        self.responses.pop_front().unwrap_or_default()
    }

    /// Whether the host has still to be told of a response.
    pub fn notify(&mut self) -> Option<[u8; 8]> {
        self.unannounced = self.unannounced.checked_sub(1)?;
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

    /// Forgets all.
    pub fn clear(&mut self) {
        self.responses.clear();
        self.unannounced = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_notification_for_each_response() {
        let mut channel = ControlChannel::new(4);
        assert_eq!(channel.notify(), None);
        channel.respond(vec![1]);
        channel.respond(vec![2]);
        assert_eq!(channel.notify(), Some([0xa1, 1, 0, 0, 4, 0, 0, 0]));
        assert!(channel.notify().is_some());
        assert_eq!(channel.notify(), None);
        assert_eq!(channel.fetch(), [1]);
        assert_eq!(channel.fetch(), [2]);
        assert!(channel.fetch().is_empty());
    }

    #[test]
    fn nobody_listening_does_not_fill_the_memory() {
        let mut channel = ControlChannel::new(0);
        for _ in 0..10 * LIMIT {
            channel.respond(vec![0; 10]);
        }
        let notified = std::iter::from_fn(|| channel.notify()).count();
        assert_eq!(notified, LIMIT);
    }
}
