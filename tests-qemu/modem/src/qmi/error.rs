// SPDX-License-Identifier: GPL-2.0-only
//! QMI protocol errors, by the numbers and names that libqmi prints.

/// What a failed response carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum QmiError {
    /// TLV lengths do not fit.
    MalformedMessage = 1,
    /// No client id is left.
    ClientIdsExhausted = 5,
    /// The client id was not allocated.
    InvalidClientId = 7,
    /// Not the handle of the client's session.
    InvalidHandle = 9,
    /// The session could not be set up.
    CallFailed = 14,
    /// There is no session.
    OutOfCall = 15,
    /// A TLV is missing.
    MissingArgument = 17,
    /// There is nothing to change.
    NoEffect = 26,
    /// No such service.
    InvalidServiceType = 31,
    /// A TLV has a wrong value or length.
    InvalidArgument = 48,
    /// Not from this state.
    InvalidTransition = 60,
    /// Neither IPv4 nor IPv6.
    InvalidIpFamilyPreference = 64,
    /// The message is not known.
    InvalidQmiCommand = 71,
    /// The SIM card has no such file.
    SimFileNotFound = 80,
}
