// SPDX-License-Identifier: GPL-2.0-only

//! The context of [`Driver::bind`].

use super::{
    device::Private,
    unregistered::InterfaceData,
    Driver,
    DriverInfo,
    Probed, //
};
use crate::kernel_ext::{
    bindings,
    net::netdevice::Unregistered,
    usb::{
        bulk::BulkPipes,
        ClaimedInterface,
        Interface, //
    }, //
};
use core::{
    cell::Cell,
    mem, //
};
use kernel::{
    prelude::*,
    sync::aref::ARef, //
};

/// A device that is being bound: nobody else uses it. The fields are dropped in their order.
///
/// # Invariants
///
/// The private part of the network device has the size of a `Private<T>`, is zeroed, and the
/// network device is the data of `intf`.
pub(crate) struct BindContext<'a, T: Driver> {
    claimed: Cell<Option<ClaimedInterface>>,
    pub(super) data: InterfaceData<'a>,
    pub(super) net: Unregistered<'a>,
    intf: &'a Probed<'a, T>,
    info: &'static DriverInfo<T>,
    pub(super) pipes: Cell<Option<BulkPipes>>,
    /// The largest frame by the device's descriptor, in bytes with its header.
    pub(super) max_frame: Cell<Option<u16>>,
}

impl<'a, T: Driver> BindContext<'a, T> {
    /// Allocates a network device for `intf`.
    pub(super) fn new(intf: &'a Probed<'a, T>, info: &'static DriverInfo<T>) -> Result<Self> {
        const {
            // `netdev_priv()` is aligned to this.
            assert!(mem::align_of::<Private<T>>() <= bindings::SMP_CACHE_BYTES as usize);
        }
        let net = Unregistered::ethernet(mem::size_of::<Private<T>>())?;

        // SAFETY: the interface is being probed by `T`'s driver, which takes its data for a network
        // device with a private part of the size of a `Private<T>`. This is one until it is
        // dropped, and `data` is dropped before it.
        unsafe { intf.set_data(net.as_raw().cast()) };
        // INVARIANT: the data was set above.
        Ok(Self {
            claimed: Cell::new(None),
            // SAFETY: by the type invariant of `Bound` a callback of the driver runs during `'a`,
            // which the result does not outlive.
            data: unsafe { InterfaceData::new(intf) },
            net,
            intf,
            info,
            pipes: Cell::new(None),
            max_frame: Cell::new(None),
        })
    }

    /// The interface that was probed.
    pub(crate) fn interface(&self) -> &Interface {
        self.intf
    }

    /// The interface of the same device and configuration that has `number`.
    pub(crate) fn sibling(&self, number: u8) -> Option<ARef<Interface>> {
        self.intf.sibling(number)
    }

    /// The quirks of this kind of device.
    pub(crate) fn quirks(&self) -> &'static T::Quirks {
        &self.info.quirks
    }

    /// The network device, not registered yet.
    pub(crate) fn net(&self) -> &Unregistered<'a> {
        &self.net
    }

    /// Claims `intf` as well, another interface of the same device, for as long as the device is
    /// bound. Fails with `EBUSY` if another driver has it, or if one was claimed already.
    pub(crate) fn claim(&self, intf: &Interface) -> Result {
        let before = self.claimed.take();
        if before.is_some() {
            self.claimed.set(before);
            return Err(EBUSY);
        }

        // SAFETY: this is dropped in the probe callback, or becomes a part of the private part,
        // which is dropped in that or in the disconnect callback. The data is the network device as
        // long as there is one.
        let claimed = unsafe { ClaimedInterface::new(self.intf, intf) }?;
        self.claimed.set(Some(claimed));
        Ok(())
    }

    /// The claimed interface.
    pub(super) fn take_claimed(&self) -> Option<ClaimedInterface> {
        self.claimed.take()
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
