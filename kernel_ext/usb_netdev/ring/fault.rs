// SPDX-License-Identifier: GPL-2.0-only

//! Why a ring submits nothing.

/// Why nothing is submitted for the time being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel_ext) enum Fault {
    /// The endpoint is halted.
    Halt,
    /// The bus or the device has too many errors, or memory is short: wait a little.
    Throttle,
    /// The device is gone.
    Gone,
}
