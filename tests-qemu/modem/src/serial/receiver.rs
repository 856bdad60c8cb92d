// SPDX-License-Identifier: GPL-2.0-only
//! The receiver for positions: while it runs, sentences each second (NMEA 0183: GGA and RMC). The modem stands still.

use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_secs(1);
/// Latitude, longitude.
const PLACE: &str = "5219.5000,N,00951.2500,E";
const DATE: &str = "010126";
const NOON: u32 = 12 * 60 * 60;
const DAY: u32 = 24 * 60 * 60;

/// When sentences are due.
#[derive(Debug, Default)]
pub struct Receiver {
    next: Option<Instant>,
    seconds: u32,
}

impl Receiver {
    /// Starts it, if it does not run.
    pub fn start(&mut self, now: Instant) {
        if self.next.is_none() {
            *self = Self {
                next: Some(now),
                seconds: NOON,
            };
        }
    }

    /// Stops it.
    pub fn stop(&mut self) {
        self.next = None;
    }

    /// How long until `sentences` has some.
    pub fn deadline(&self, now: Instant) -> Option<Duration> {
        Some(self.next?.saturating_duration_since(now))
    }

    /// The sentences that are due.
    pub fn sentences(&mut self, now: Instant) -> Option<String> {
        let due = self.next.filter(|due| *due <= now)?;
        // What a machine that is late has missed is not made up for.
        self.next = Some((due + INTERVAL).max(now));
        let time = self.seconds % DAY;
        self.seconds = time + 1;
        let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
        let time = format!("{hour:02}{minute:02}{second:02}.00");
        // Fixed by 8 satellites, 0.9 of dilution, 55 m above the geoid, which is 45 m above the ellipsoid.
        let gga = sentence(&format!("GPGGA,{time},{PLACE},1,08,0.9,55.0,M,45.0,M,,"));
        let rmc = sentence(&format!("GPRMC,{time},A,{PLACE},0.0,0.0,{DATE},,,A"));
        Some(gga + &rmc)
    }
}

/// With the sum of all between `$` and `*`.
fn sentence(text: &str) -> String {
    let sum = text.bytes().fold(0, |sum, byte| sum ^ byte);
    format!("${text}*{sum:02X}\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_with_its_sum() {
        assert_eq!(
            sentence("GPGLL,5300.97914,N,00259.98174,E,125926,A"),
            "$GPGLL,5300.97914,N,00259.98174,E,125926,A*28\r\n"
        );
    }

    #[test]
    fn each_second_while_it_runs() {
        let now = Instant::now();
        let mut receiver = Receiver::default();
        assert_eq!(receiver.sentences(now), None);
        receiver.start(now);
        let first = receiver.sentences(now).unwrap();
        assert!(first.starts_with("$GPGGA,120000.00,"));
        assert_eq!(first.lines().count(), 2);
        assert_eq!(receiver.sentences(now), None);
        assert_eq!(receiver.deadline(now), Some(INTERVAL));
        receiver.start(now);
        let second = receiver.sentences(now + 3 * INTERVAL).unwrap();
        assert!(second.starts_with("$GPGGA,120001.00,"));
        receiver.stop();
        assert_eq!(receiver.sentences(now + 9 * INTERVAL), None);
        assert_eq!(receiver.deadline(now), None);
    }
}
