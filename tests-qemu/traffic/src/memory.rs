// SPDX-License-Identifier: GPL-2.0-only
//! How much memory the kernel has in use for itself.

use std::fs;

use crate::error::{Error, Result};

/// What is not the kernel's own working memory: free, a cache of files, a process's, or its page tables and stacks.
const OTHER: [&str; 7] = [
    "MemFree",
    "Buffers",
    "Cached",
    "SReclaimable",
    "AnonPages",
    "PageTables",
    "KernelStack",
];

/// KiB of a page.
const PAGE: i64 = 4;

/// KiB in use for buffers, the kernel's small objects, and what is not accounted for, which is where drivers' pages are.
pub fn in_use() -> Result<i64> {
    // Has each processor add what it has counted for itself.
    fs::write("/proc/sys/vm/stat_refresh", "1")?;
    let held = held_by_processors(&fs::read_to_string("/proc/zoneinfo")?);
    let idle = idle_objects(&fs::read_to_string("/proc/slabinfo")?);
    Ok(of(&fs::read_to_string("/proc/meminfo")?)? - held - idle)
}

/// KiB of slabs for small objects of all purposes and for packets that have no object in them, which count as in use.
fn idle_objects(caches: &str) -> i64 {
    let bytes = caches.lines().filter_map(|line| {
        let counts = ["kmalloc-", "skbuff_"]
            .iter()
            .any(|name| line.starts_with(name));
        if !counts || line.starts_with("kmalloc-rcl") {
            return None;
        }
        let words: Vec<_> = line.split_whitespace().collect();
        let number = |place: usize| words.get(place)?.parse::<i64>().ok();
        let (active, size, pages, slabs) = (number(1)?, number(3)?, number(5)?, number(14)?);
        Some(slabs * pages * PAGE * 1024 - active * size)
    });
    bytes.sum::<i64>() / 1024
}

/// KiB of free pages that processors hold for themselves, which count as in use.
fn held_by_processors(zones: &str) -> i64 {
    let counts = zones.lines().filter_map(|line| {
        let count = line.trim().strip_prefix("count:")?;
        count.trim().parse::<i64>().ok()
    });
    counts.sum::<i64>() * PAGE
}

fn of(text: &str) -> Result<i64> {
    let figure = |name| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<i64>().ok())
            .ok_or(Error::NoFigure("/proc/meminfo", name))
    };
    let mut left = figure("MemTotal")?;
    for name in OTHER {
        left -= figure(name)?;
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_the_kernels() {
        let mut text = "MemTotal:        1000 kB\nCachedX: 7 kB\n".to_owned();
        assert!(of(&text).is_err());
        for name in OTHER {
            text += &format!("{name}:  100 kB\n");
        }
        assert_eq!(of(&text).unwrap(), 300);
    }

    #[test]
    fn room_without_objects_is_idle() {
        let caches = "slabinfo - version: 2.1\n\
            kmalloc-2k 10 32 2048 16 8 : tunables 0 0 0 : slabdata 2 2 0\n\
            kmalloc-rcl-1k 0 32 1024 16 4 : tunables 0 0 0 : slabdata 2 2 0\n\
            dentry 0 21 192 21 1 : tunables 0 0 0 : slabdata 1 1 0\n";
        assert_eq!(idle_objects(caches), 2 * 32 - 20);
    }

    #[test]
    fn processors_hold_pages_in_each_zone() {
        let zones = "  pagesets\n    cpu: 0\n              count:    12\n              high:  7\n\
                     Node 0, zone Normal\n    cpu: 0\n              count: 3\n";
        assert_eq!(held_by_processors(zones), 60);
    }
}
