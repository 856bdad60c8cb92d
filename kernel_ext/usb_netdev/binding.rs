// SPDX-License-Identifier: GPL-2.0-only

//! Devices that are being bound.

use super::{
    Driver,
    DriverInfo, //
};
use crate::kernel_ext::{
    netdevice::Unregistered,
    usb::{
        bulk::BulkPipes,
        ClaimedInterface,
        Interface, //
    }, //
};
use core::cell::Cell;
use kernel::prelude::*;

/// A device that is being bound: nobody else has it.
pub(crate) struct Binding<'a, T: Driver> {
    net: Unregistered<'a>,
    intf: &'a Interface,
    info: &'static DriverInfo<T>,
    pub(super) pipes: Cell<Option<BulkPipes>>,
    /// The largest frame that the device told of, in bytes with its header.
    pub(super) max_frame: Cell<Option<u16>>,
}

impl<'a, T: Driver> Binding<'a, T> {
    /// `intf` must be in the driver's probe callback, with `net` as its data.
    pub(super) fn new(
        net: Unregistered<'a>,
        intf: &'a Interface,
        info: &'static DriverInfo<T>,
    ) -> Self {
        Self {
            net,
            intf,
            info,
            pipes: Cell::new(None),
            max_frame: Cell::new(None),
        }
    }

    /// The interface that was probed.
    pub(crate) fn interface(&self) -> &Interface {
        self.intf
    }

    /// What this kind of device needs.
    pub(crate) fn quirks(&self) -> &'static T::Quirks {
        &self.info.quirks
    }

    /// The network device, not registered yet.
    pub(crate) fn net(&self) -> &Unregistered<'a> {
        &self.net
    }

    /// Claims `intf` as well, another interface of the same device.
    pub(crate) fn claim(&self, intf: &Interface) -> Result<ClaimedInterface> {
        // SAFETY: the probed interface is in its driver's probe callback.
        unsafe { ClaimedInterface::new(self.intf, intf) }
    }

    /// Sets the network device's address to that in the device's string descriptor `index`. Sleeps.
    pub(crate) fn read_address(&self, index: u8) -> Result {
        /// Digits of an address.
        const DIGITS: usize = 12;
        let mut address = [0; DIGITS / 2];
        let text = self.intf.device().string::<{ DIGITS + 1 }>(index)?;

        let (digits, rest) = text.split_first_chunk::<DIGITS>().ok_or(EINVAL)?;
        if !rest.is_empty() {
            return Err(EINVAL);
        }
        for (octet, pair) in address.iter_mut().zip(digits.chunks_exact(2)) {
            let mut value = 0_u8;

            for &digit in pair {
                // CAST: a hexadecimal digit is less than 16.
                let digit = char::from(digit).to_digit(16).ok_or(EINVAL)? as u8;
                value = (value << 4) | digit;
            }
            *octet = value;
        }
        self.net.set_address(address);
        Ok(())
    }

    /// Sets the size of the largest frame, in bytes with its header.
    pub(crate) fn set_max_frame(&self, size: u16) {
        self.max_frame.set(Some(size));
    }

    /// Finds the bulk endpoints of `data`, and selects the alternate setting that has them. Sleeps.
    pub(crate) fn collect_endpoints(&self, data: &Interface) -> Result {
        self.pipes.set(Some(BulkPipes::find(data)?));
        Ok(())
    }
}
