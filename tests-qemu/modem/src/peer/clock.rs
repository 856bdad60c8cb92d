// SPDX-License-Identifier: GPL-2.0-only
//! The stack's clock. TCP's shortest retransmission timeout is fixed in the stack, 10 milliseconds, which an emulated guest on
//! a busy machine often needs: the only way to make it longer is a clock that goes slower.

use std::time::{Duration, Instant};

use smoltcp::time;

/// How much slower the clock for measurements goes: the shortest timeout becomes 5 seconds.
const SLOWNESS: u32 = 500;

/// Time as the stack sees it.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
    slowness: u32,
}

impl Clock {
    /// A clock that goes as the host's.
    pub fn usual() -> Self {
        Self {
            start: Instant::now(),
            slowness: 1,
        }
    }

    /// A clock by which no guest is slow.
    pub fn slow() -> Self {
        Self {
            slowness: SLOWNESS,
            ..Self::usual()
        }
    }

    /// Whether it goes slower than the host's.
    pub fn is_slow(&self) -> bool {
        self.slowness > 1
    }

    /// The stack's time.
    pub fn now(&self) -> time::Instant {
        let elapsed = self.start.elapsed() / self.slowness;
        // Enough for hundreds of thousands of years.
        time::Instant::from_micros(elapsed.as_micros() as i64)
    }

    /// A time of the host as the stack has to be told of it.
    pub fn for_stack(&self, duration: Duration) -> time::Duration {
        (duration / self.slowness).into()
    }

    /// A time of the stack, on the host.
    pub fn on_host(&self, duration: time::Duration) -> Duration {
        Duration::from(duration) * self.slowness
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_clock_has_long_milliseconds() {
        let clock = Clock::slow();
        let timeout = time::Duration::from_millis(10);
        assert_eq!(clock.on_host(timeout), Duration::from_secs(5));
        assert_eq!(clock.for_stack(Duration::from_secs(5)), timeout);
        assert_eq!(Clock::usual().on_host(timeout), timeout.into());
    }
}
