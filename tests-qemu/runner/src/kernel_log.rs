// SPDX-License-Identifier: GPL-2.0-only
//! Tells a healthy kernel's log lines from those of a faulty kernel.

use std::sync::LazyLock;

use regex::RegexSet;

/// Lines of the log that follow the first sign of a fault and explain it.
const EXCERPT_LINES: usize = 40;

static FAULTS: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"\bWARNING:",
        r"\bBUG\b",
        r"\bOops\b",
        r"-+\[ cut here \]-+",
        r"\bCall Trace:",
        r"Kernel panic",
        r"general protection fault",
        r"Unable to handle",
        r"\bKASAN\b.*:",
        r"\bUBSAN\b.*:",
        r"\bODEBUG:",
        r"refcount_t:",
        r"sleeping function called from invalid context",
        r"scheduling while atomic",
        r"list_(add|del) corruption",
        r"possible (circular|recursive|irq lock|deadlock)",
        r"(suspicious RCU usage|inconsistent lock state|non-static key)",
        r"bad unlock balance",
        r"held lock freed",
        r"unregister_netdevice: waiting",
        r"NETDEV WATCHDOG",
        r"new suspected memory leaks",
        r"unreferenced object",
        r"(detected|self-detected) (expedited )?stall",
        r"soft lockup",
        r"blocked for more than",
        r"nobody cared",
        r"rust_kernel: panicked",
    ])
    .expect("the patterns are constant and tested")
});

/// What a kernel that shows data races calls each. It finds those of all the kernel, of which many are known.
const RACE: &str = "BUG: KCSAN:";

/// Functions of the driver, and C functions that stand for inlines it calls.
const OURS: [&str; 2] = ["[qmi_wwan_rs]", " rust_helper_"];

/// Whether this line of a kernel log shows a fault of the kernel.
pub fn is_trouble(line: &str) -> bool {
    if line.contains(RACE) {
        return OURS.iter().any(|function| line.contains(function));
    }
    FAULTS.is_match(line)
}

/// The first fault in a stretch of a kernel log, with what follows it.
#[derive(Debug, Default)]
pub struct Watch {
    excerpt: Vec<String>,
}

impl Watch {
    /// Takes the next line.
    pub fn line(&mut self, line: &str) {
        let first = self.excerpt.is_empty();
        if (first && is_trouble(line)) || (!first && self.excerpt.len() < EXCERPT_LINES) {
            self.excerpt.push(line.to_owned());
        }
    }

    /// The fault's first line that says what it is.
    pub fn headline(&self) -> Option<&str> {
        let telling = |line: &&String| !line.contains("cut here");
        self.excerpt
            .iter()
            .find(telling)
            .or(self.excerpt.first())
            .map(|line| without_time(line))
    }

    /// The fault's lines; none if there was no fault.
    pub fn excerpt(&self) -> &[String] {
        &self.excerpt
    }
}

/// The line without `[   12.345678] `.
pub fn without_time(line: &str) -> &str {
    line.strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
        .map_or(line, |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_seen() {
        for line in [
            "[  1.0] WARNING: CPU: 0 PID: 1 at net/core/dev.c:1 f+0x1/0x2",
            "[  1.0] BUG: kernel NULL pointer dereference, address: 0000000000000008",
            "[  1.0] kernel BUG at net/core/skbuff.c:200!",
            "[  1.0] Oops: 0000 [#1] SMP NOPTI",
            "[  1.0] refcount_t: underflow; use-after-free.",
            "[  1.0] WARNING: possible circular locking dependency detected",
            "[  1.0] BUG: KASAN: slab-use-after-free in f+0x1/0x2",
            "[  1.0] UBSAN: array-index-out-of-bounds in drivers/net/usb/x.c:1:2",
            "[  1.0] BUG: sleeping function called from invalid context at kernel/a.c:1",
            "[  1.0] unregister_netdevice: waiting for wwan0 to become free. Usage count = 2",
            "[  1.0] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
            "[  1.0] rcu: INFO: rcu_preempt self-detected stall on CPU",
            "[  1.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
            "[  1.0] INFO: task rmmod:123 blocked for more than 120 seconds.",
            "[  1.0] rust_kernel: panicked at rawip.rs:1:2:",
            "[  1.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [x:1]",
            "[  1.0] BUG: KCSAN: data-race in dev_get_stats / poll_callback [qmi_wwan_rs]",
            "[  1.0] BUG: KCSAN: data-race in rust_helper_set_bit / rust_helper_set_bit",
        ] {
            assert!(is_trouble(line), "{line}");
        }
    }

    #[test]
    fn everyday_lines_are_not() {
        for line in [
            "[  1.0] qmi_wwan_rs: loading out-of-tree module taints kernel.",
            "[  1.0] qmi_wwan 1-1:1.0 wwan0: register 'qmi_wwan' at usb-0000:00:02.0-1",
            "[  1.0] kmemleak: Kernel memory leak detector initialized (mem pool available: 1)",
            "[  1.0] DEBUG: nothing to see",
            "[  1.0] BUG: KCSAN: data-race in tick_nohz_idle_stop_tick / tick_sched_timer",
            "[  1.0] usb 1-1: USB disconnect, device number 2",
        ] {
            assert!(!is_trouble(line), "{line}");
        }
    }

    #[test]
    fn the_headline_names_the_fault() {
        let mut watch = Watch::default();
        assert_eq!(watch.headline(), None);
        for line in [
            "[  1.0] usb 1-1: USB disconnect",
            "[  1.0] ------------[ cut here ]------------",
            "[  1.0] WARNING: CPU: 0 PID: 1 at net/core/dev.c:1",
            "[  1.0] Modules linked in: x",
        ] {
            watch.line(line);
        }
        assert_eq!(
            watch.headline(),
            Some("WARNING: CPU: 0 PID: 1 at net/core/dev.c:1")
        );
        assert_eq!(watch.excerpt().len(), 3);
    }
}
