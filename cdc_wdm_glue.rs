// SPDX-License-Identifier: GPL-2.0-only

//! The control channel: QMI messages between user space and the modem, through cdc-wdm.
//!
//! Nothing here, or elsewhere in the driver, looks into the messages.

#![forbid(unsafe_code)]

use crate::kernel_ext::{
    usb::{
        cdc_wdm,
        Interface, //
    },
    usb_netdev, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        aref::ARef,
        Mutex, //
    }, //
};

/// The largest QMI message, in bytes, with its QMUX header.
const MAX_MESSAGE: u16 = 4096;

/// The control interface of a modem, and the users that need it awake.
#[pin_data]
pub(crate) struct ControlChannel {
    interface: ARef<Interface>,
    /// The users that need the modem to wake the host: the character device while it is open, the
    /// network device while it is up, the firmware for as long as it is bound.
    #[pin]
    users: Mutex<usize>,
}

impl ControlChannel {
    /// A control channel over `interface`, which was probed. It is closed.
    pub(crate) fn new(interface: ARef<Interface>) -> impl PinInit<Self> {
        pin_init!(Self {
            interface,
            users <- new_mutex!(0),
        })
    }

    /// Opens the channel to user space, for as long as the modem is bound.
    ///
    /// Fails with `EINVAL` if the modem has no endpoint to notify the host of its messages.
    pub(crate) fn open<T: usb_netdev::Driver>(
        &self,
        dev: &usb_netdev::StartContext<'_, T>,
    ) -> Result {
        let endpoint = self.interface.notification_endpoint().ok_or(EINVAL)?;

        dev.open_control(endpoint, MAX_MESSAGE, cdc_wdm::PORT_QMI)
            .inspect_err(|_| {
                dev_err!(self.interface.as_ref(), "subdriver registration failed\n");
            })
    }

    /// Counts a user that needs the modem to wake the host.
    pub(crate) fn manage_power(&self, on: bool) {
        let mut users = self.users.lock();

        *users = if on {
            users.saturating_add(1)
        } else {
            users.saturating_sub(1)
        };
        // Only the first user and the last one change the state.
        if *users == usize::from(on) {
            self.interface.set_needs_remote_wakeup(on);
        }
    }
}
