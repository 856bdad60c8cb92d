// SPDX-License-Identifier: GPL-2.0-only

//! Tests of what the driver lets user space set.

#![forbid(unsafe_code)]

use super::{
    expect,
    packet::ethernet_addresses, //
};
use crate::{
    kernel_ext::{
        compat::EADDRNOTAVAIL,
        usb_netdev::Driver as _, //
    },
    modem::QmiWwan,
    rawip::looks_like_ip, //
};
use kernel::prelude::*;

#[kunit_tests(qmi_wwan_rs_driver)]
mod tests {
    use super::*;

    #[test]
    fn user_space_cannot_set_what_looks_like_ip() -> Result {
        for address in ethernet_addresses() {
            let wanted = if looks_like_ip(address) {
                Err(EADDRNOTAVAIL)
            } else {
                Ok(())
            };

            expect::equal(address, QmiWwan::check_address(address), wanted)?;
        }
        Ok(())
    }
}
