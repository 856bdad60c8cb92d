// SPDX-License-Identifier: GPL-2.0-only

//! Ids: how USB drivers recognise interfaces.

use crate::kernel_ext::bindings;
use core::ptr;

/// How a driver recognises an interface: `struct usb_device_id`.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub(crate) struct DeviceId(bindings::usb_device_id);

impl DeviceId {
    /// The C macro `USB_DEVICE_INTERFACE_NUMBER`.
    pub(crate) const fn device_interface_number(vendor: u16, product: u16, number: u8) -> Self {
        Self(bindings::usb_device_id {
            match_flags: (bindings::USB_DEVICE_ID_MATCH_DEVICE
                | bindings::USB_DEVICE_ID_MATCH_INT_NUMBER) as u16,
            idVendor: vendor,
            idProduct: product,
            bInterfaceNumber: number,
            ..pin_init::zeroed()
        })
    }

    /// The C macro `USB_VENDOR_AND_INTERFACE_INFO`.
    pub(crate) const fn vendor_interface_info(
        vendor: u16,
        class: u8,
        subclass: u8,
        protocol: u8,
    ) -> Self {
        Self(bindings::usb_device_id {
            match_flags: (bindings::USB_DEVICE_ID_MATCH_INT_INFO
                | bindings::USB_DEVICE_ID_MATCH_VENDOR) as u16,
            idVendor: vendor,
            bInterfaceClass: class,
            bInterfaceSubClass: subclass,
            bInterfaceProtocol: protocol,
            ..pin_init::zeroed()
        })
    }

    /// The C macro `USB_DEVICE_AND_INTERFACE_INFO`.
    pub(crate) const fn device_interface_info(
        vendor: u16,
        product: u16,
        class: u8,
        subclass: u8,
        protocol: u8,
    ) -> Self {
        Self(bindings::usb_device_id {
            match_flags: (bindings::USB_DEVICE_ID_MATCH_INT_INFO
                | bindings::USB_DEVICE_ID_MATCH_DEVICE) as u16,
            idVendor: vendor,
            idProduct: product,
            bInterfaceClass: class,
            bInterfaceSubClass: subclass,
            bInterfaceProtocol: protocol,
            ..pin_init::zeroed()
        })
    }

    /// Whether `bInterfaceNumber` takes part in the match.
    pub(crate) fn matches_interface_number(&self) -> bool {
        u32::from(self.0.match_flags) & bindings::USB_DEVICE_ID_MATCH_INT_NUMBER != 0
    }

    /// All fields of the match, in the order in which tables are sorted: whether it is one product;
    /// vendor, product; class, subclass, protocol and number of the interface.
    #[cfg(CONFIG_QMI_WWAN_RS_KUNIT_TEST)]
    pub(crate) fn key(&self) -> (bool, u16, u16, u8, u8, u8, u8) {
        let Self(id) = self;

        (
            u32::from(id.match_flags) & bindings::USB_DEVICE_ID_MATCH_PRODUCT != 0,
            id.idVendor,
            id.idProduct,
            id.bInterfaceClass,
            id.bInterfaceSubClass,
            id.bInterfaceProtocol,
            id.bInterfaceNumber,
        )
    }

    /// The same, for a device of the kind `info`: an index, which the driver gets when it probes.
    pub(crate) const fn with_info(self, info: usize) -> Self {
        let Self(id) = self;

        Self(bindings::usb_device_id {
            driver_info: info,
            ..id
        })
    }

    /// The kind of device; 0 for an id that user space added without a reference id.
    pub(in crate::kernel_ext) fn info(&self) -> usize {
        self.0.driver_info
    }
}

/// A table of ids, with the empty one behind that ends it.
#[repr(C)]
pub(crate) struct IdTable<const N: usize> {
    ids: [DeviceId; N],
    end: DeviceId,
}

impl<const N: usize> IdTable<N> {
    /// The table of `ids`.
    pub(crate) const fn new(ids: [DeviceId; N]) -> Self {
        Self {
            ids,
            end: DeviceId(pin_init::zeroed()),
        }
    }

    /// The first entry of the table, for the USB core.
    pub(super) fn as_ptr(&'static self) -> *const bindings::usb_device_id {
        ptr::from_ref(self).cast()
    }
}

/// Declares a static table of USB ids under a name from which modpost generates aliases. Use it at
/// the crate root: the aliases of a built-in driver carry the name of the module path.
macro_rules! usb_device_table {
    ($table:ident: [$len:expr] = $ids:expr) => {
        #[export_name = concat!(
                            "__mod_device_table__", ::core::line!(), "__kmod_", module_path!(),
                            "__usb__", stringify!($table)
                        )]
        static $table: $crate::kernel_ext::usb::IdTable<{ $len }> =
            $crate::kernel_ext::usb::IdTable::new($ids);
    };
}
pub(crate) use usb_device_table;
