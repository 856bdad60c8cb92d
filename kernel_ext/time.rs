// SPDX-License-Identifier: GPL-2.0-only

//! Time.

pub(super) mod hrtimer;
