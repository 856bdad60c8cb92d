// SPDX-License-Identifier: GPL-2.0-only

//! USB interfaces, devices and drivers.
//!
//! `kernel::usb` exists only where USB is built in, and it keeps the driver's data in the interface
//! itself, where usbnet keeps its own.
//!
//! C header: [`include/linux/usb.h`](srctree/include/linux/usb.h)

use super::bindings;
use core::{
    marker::PhantomData,
    mem::offset_of,
    ptr::{
        self,
        NonNull, //
    },
    slice, //
};
use kernel::{
    device,
    device_id::{
        RawDeviceId,
        RawDeviceIdIndex, //
    },
    error::{
        from_result,
        to_result, //
    },
    ffi,
    prelude::*,
    sync::aref::{
        ARef,
        AlwaysRefCounted, //
    },
    types::Opaque,
    ThisModule, //
};

/// `bInterfaceClass` of a vendor specific interface (USB class codes).
pub(crate) const CLASS_VENDOR_SPEC: u8 = 0xff;

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

    /// The `driver_info` that the entry carries; 0 for an id that user space added.
    pub(super) fn driver_info(&self) -> usize {
        self.0.driver_info
    }

    /// This id with another `driver_info`.
    pub(super) fn with_driver_info(mut self, driver_info: usize) -> Self {
        self.0.driver_info = driver_info;
        self
    }

    pub(super) fn as_raw(&self) -> *const bindings::usb_device_id {
        &self.0
    }
}

// SAFETY: `DeviceId` is a `#[repr(transparent)]` wrapper of `usb_device_id`.
unsafe impl RawDeviceId for DeviceId {
    type RawType = bindings::usb_device_id;
}

// SAFETY: `driver_info` is the field for the driver's own data, and is as large as a pointer.
unsafe impl RawDeviceIdIndex for DeviceId {
    const DRIVER_DATA_OFFSET: usize = offset_of!(bindings::usb_device_id, driver_info);
}

/// A table of ids, each with an `I`.
pub(crate) type IdTable<I> = &'static dyn kernel::device_id::IdTable<DeviceId, I>;

/// Declares a static table of USB ids under a name that modpost makes aliases from. Use it at the
/// crate root: the aliases of a built-in driver carry the name of the module path.
macro_rules! usb_device_table {
    ($table:ident: [$info:ty; $len:expr] = $ids:expr) => {
        #[export_name = concat!(
                            "__mod_device_table__", ::core::line!(), "__kmod_", module_path!(),
                            "__usb__", stringify!($table)
                        )]
        static $table: ::kernel::device_id::IdArray<
            $crate::kernel_ext::usb::DeviceId,
            $info,
            { $len },
        > = ::kernel::device_id::IdArray::new($ids);
    };
}
pub(crate) use usb_device_table;

/// An endpoint: `struct usb_host_endpoint`.
///
/// # Invariants
///
/// A valid endpoint of an alternate setting; it lives as long as the device's configuration.
#[repr(transparent)]
pub(crate) struct HostEndpoint(Opaque<bindings::usb_host_endpoint>);

impl HostEndpoint {
    pub(super) fn descriptor(&self) -> *mut bindings::usb_endpoint_descriptor {
        // SAFETY: by the type invariant the endpoint is valid.
        unsafe { &raw mut (*self.0.get()).desc }
    }

    fn is_notification(&self) -> bool {
        /// The bits of `wMaxPacketSize` that are the size, in bytes.
        const MAXP: u16 = 0x07ff;

        // SAFETY: by the type invariant the endpoint is valid; its descriptor does not change.
        let descriptor = unsafe { *self.descriptor() };

        u32::from(descriptor.bEndpointAddress) & bindings::USB_ENDPOINT_DIR_MASK
            == bindings::USB_DIR_IN
            && u32::from(descriptor.bmAttributes) & bindings::USB_ENDPOINT_XFERTYPE_MASK
                == bindings::USB_ENDPOINT_XFER_INT
            && u16::from_le(descriptor.wMaxPacketSize) & MAXP != 0
    }
}

/// A USB device: `struct usb_device`.
///
/// # Invariants
///
/// A valid device.
#[repr(transparent)]
pub(crate) struct Device(Opaque<bindings::usb_device>);

impl Device {
    pub(super) fn as_raw(&self) -> *mut bindings::usb_device {
        self.0.get()
    }

    fn descriptor(&self) -> bindings::usb_device_descriptor {
        // SAFETY: by the type invariant the device is valid; its descriptor does not change.
        unsafe { (*self.as_raw()).descriptor }
    }

    /// `idVendor` and `idProduct`.
    pub(crate) fn ids(&self) -> (u16, u16) {
        let descriptor = self.descriptor();

        (
            u16::from_le(descriptor.idVendor),
            u16::from_le(descriptor.idProduct),
        )
    }

    /// `bcdUSB`: the USB release that the device was made for, in binary-coded decimal.
    pub(crate) fn bcd_usb(&self) -> u16 {
        u16::from_le(self.descriptor().bcdUSB)
    }
}

/// A USB interface: `struct usb_interface`.
///
/// # Invariants
///
/// A valid, reference counted interface of a device.
#[repr(transparent)]
pub(crate) struct Interface(Opaque<bindings::usb_interface>);

// SAFETY: an interface is reference counted, and may be released from any thread.
unsafe impl Send for Interface {}

// SAFETY: what `&Interface` reads is constant while a driver is bound, or locked by the USB core.
unsafe impl Sync for Interface {}

// SAFETY: `usb_get_intf()` and `usb_put_intf()` count the references to an interface.
unsafe impl AlwaysRefCounted for Interface {
    fn inc_ref(&self) {
        // SAFETY: by the type invariant the interface is valid.
        unsafe { bindings::usb_get_intf(self.as_raw()) };
    }

    unsafe fn dec_ref(obj: NonNull<Self>) {
        // SAFETY: by the requirement of this function the count is not zero.
        unsafe { bindings::usb_put_intf(obj.cast().as_ptr()) };
    }
}

impl AsRef<device::Device> for Interface {
    fn as_ref(&self) -> &device::Device {
        // SAFETY: the embedded device is valid as long as the interface.
        unsafe { device::Device::from_raw(self.dev()) }
    }
}

impl Interface {
    /// # Safety
    ///
    /// `ptr` must be a valid interface during `'a`.
    pub(super) unsafe fn from_raw<'a>(ptr: *mut bindings::usb_interface) -> &'a Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    pub(super) fn as_raw(&self) -> *mut bindings::usb_interface {
        self.0.get()
    }

    fn altsetting(&self) -> &bindings::usb_host_interface {
        // SAFETY: by the type invariant the interface is valid.
        let setting = unsafe { (*self.as_raw()).cur_altsetting };

        // SAFETY: the current setting is never NULL; the settings live, and are constant, as long as
        // the device's configuration, which the interface holds.
        unsafe { &*setting }
    }

    /// `bInterfaceNumber`.
    pub(crate) fn number(&self) -> u8 {
        self.altsetting().desc.bInterfaceNumber
    }

    /// `bInterfaceClass` of the current alternate setting.
    pub(crate) fn class(&self) -> u8 {
        self.altsetting().desc.bInterfaceClass
    }

    /// `bNumEndpoints` of the current alternate setting.
    pub(crate) fn num_endpoints(&self) -> u8 {
        self.altsetting().desc.bNumEndpoints
    }

    /// The first endpoint of the current alternate setting that can bring notifications: interrupt
    /// IN, of a packet size that is not zero.
    pub(crate) fn notification_endpoint(&self) -> Option<&HostEndpoint> {
        let endpoints = match self.num_endpoints() {
            0 => &[],
            count => {
                // CAST: `HostEndpoint` is a transparent wrapper.
                let first = self.altsetting().endpoint.cast::<HostEndpoint>();

                // INVARIANT: these are endpoints of the current alternate setting.
                // SAFETY: `endpoint` is an array of `bNumEndpoints` elements.
                unsafe { slice::from_raw_parts(first, count.into()) }
            }
        };

        endpoints.iter().find(|endpoint| endpoint.is_notification())
    }

    /// The class specific descriptors that follow the interface descriptor, in bytes as the device
    /// sent them.
    pub(crate) fn extra(&self) -> &[u8] {
        let setting = self.altsetting();

        match usize::try_from(setting.extralen) {
            Ok(len) if len > 0 => {
                // SAFETY: `extra` points to `extralen` bytes of the configuration's descriptors.
                unsafe { slice::from_raw_parts(setting.extra, len) }
            }
            _ => &[],
        }
    }

    /// The device that the interface belongs to.
    pub(crate) fn device(&self) -> &Device {
        // SAFETY: by the type invariant the interface is valid.
        let udev = unsafe { bindings::interface_to_usbdev(self.as_raw()) };

        // INVARIANT: the device is the parent of the interface, hence valid as long as it.
        // SAFETY: as above, and `Device` is a transparent wrapper.
        unsafe { &*udev.cast() }
    }

    /// `bNumInterfaces` of the device's active configuration.
    pub(crate) fn num_interfaces(&self) -> u8 {
        // SAFETY: the device is valid.
        let config = unsafe { (*self.device().as_raw()).actconfig };

        // SAFETY: the device has an active configuration: that which has this interface.
        unsafe { (*config).desc.bNumInterfaces }
    }

    /// The interface of the same device and configuration that has `number`.
    pub(crate) fn sibling(&self, number: u8) -> Option<&Interface> {
        // SAFETY: the device is valid.
        let intf = unsafe { bindings::usb_ifnum_to_if(self.device().as_raw(), number.into()) };

        // SAFETY: a pointer that is not NULL is an interface of the same configuration as `self`,
        // hence valid as long as it.
        NonNull::new(intf).map(|intf| unsafe { Self::from_raw(intf.as_ptr()) })
    }

    fn dev(&self) -> *mut bindings::device {
        // SAFETY: by the type invariant the interface is valid.
        unsafe { &raw mut (*self.as_raw()).dev }
    }

    /// The driver's data (`usb_get_intfdata()`).
    pub(super) fn data(&self) -> *mut ffi::c_void {
        // SAFETY: the embedded device is valid as long as the interface.
        unsafe { bindings::dev_get_drvdata(self.dev()) }
    }

    /// Sets the driver's data (`usb_set_intfdata()`).
    pub(super) fn set_data(&self, data: *mut ffi::c_void) {
        // SAFETY: the embedded device is valid as long as the interface.
        unsafe { bindings::dev_set_drvdata(self.dev(), data) };
    }

    /// The USB driver that the interface is bound to.
    ///
    /// # Safety
    ///
    /// The interface must be bound to a driver, or being probed by one.
    unsafe fn driver(&self) -> *mut bindings::usb_driver {
        // SAFETY: by the type invariant the interface is valid.
        let driver = unsafe { (*self.as_raw()).dev.driver };

        // CAST: drivers of USB interfaces are embedded in a `usb_driver`.
        driver
            .wrapping_byte_sub(offset_of!(bindings::usb_driver, driver))
            .cast()
    }

    /// Tells whether the device must be able to wake the host while it is suspended.
    ///
    /// Sleeps: it may have to resume the device.
    pub(crate) fn set_needs_remote_wakeup(&self, on: bool) {
        // The USB core looks at the flag when a reference is put.
        //
        // SAFETY: by the type invariant the interface is valid.
        let awake = unsafe { bindings::usb_autopm_get_interface(self.as_raw()) } == 0;

        // SAFETY: as above.
        unsafe {
            bindings::usb_interface::set_needs_remote_wakeup_raw(self.as_raw(), on.into());
        }

        if awake {
            // SAFETY: as above, and the reference was taken here.
            unsafe { bindings::usb_autopm_put_interface(self.as_raw()) };
        }
    }

    /// Sends a class request without data to the interface, on the default control pipe.
    ///
    /// `request` is `bRequest`, `value` is `wValue`. Sleeps, five seconds at most. The device must
    /// not be suspended; this does not resume it, and so may be used while it is being resumed.
    pub(crate) fn class_request(&self, request: u8, value: u16) -> Result {
        const HOST_TO_INTERFACE: u32 = bindings::USB_TYPE_CLASS | bindings::USB_RECIP_INTERFACE;

        // SAFETY: the device is valid, and there is no data, nor a need for memory to hold it.
        to_result(unsafe {
            bindings::usb_control_msg_send(
                self.device().as_raw(),
                0,
                request,
                HOST_TO_INTERFACE as u8,
                value,
                self.number().into(),
                ptr::null(),
                0,
                bindings::USB_CTRL_SET_TIMEOUT as ffi::c_int,
                bindings::GFP_KERNEL,
            )
        })
    }
}

/// An interface that a driver holds beside the one it was probed for.
///
/// Either of the two may be unbound first, by the device or by user space; dropping this takes the
/// other along.
///
/// # Invariants
///
/// `claimed` was claimed by the driver that `probed` is bound to.
pub(crate) struct ClaimedInterface {
    probed: ARef<Interface>,
    claimed: ARef<Interface>,
    driver: NonNull<bindings::usb_driver>,
}

// SAFETY: the USB core locks what it needs for a release from any thread; a driver outlives its
// interfaces.
unsafe impl Send for ClaimedInterface {}

// SAFETY: `&ClaimedInterface` gives access to nothing but `&Interface`.
unsafe impl Sync for ClaimedInterface {}

impl ClaimedInterface {
    /// Claims `intf` for the driver that probes `probed`, with the data that `probed` has.
    ///
    /// Fails with `EBUSY` if another driver has it.
    ///
    /// # Safety
    ///
    /// `probed` must be in its driver's probe callback.
    pub(super) unsafe fn new(probed: &Interface, intf: &Interface) -> Result<Self> {
        // SAFETY: `probed` is being probed.
        let driver = unsafe { probed.driver() };

        // SAFETY: both are valid, and the USB core holds the device's lock during probe.
        to_result(unsafe {
            bindings::usb_driver_claim_interface(driver, intf.as_raw(), probed.data())
        })?;

        // INVARIANT: it was claimed just now.
        Ok(Self {
            probed: probed.into(),
            claimed: intf.into(),
            driver: NonNull::new(driver).ok_or(ENODEV)?,
        })
    }

    /// The interface that was claimed.
    pub(crate) fn interface(&self) -> &Interface {
        &self.claimed
    }
}

impl Drop for ClaimedInterface {
    fn drop(&mut self) {
        for intf in [&self.claimed, &self.probed] {
            // Its disconnect callback must find nothing left to do.
            intf.set_data(ptr::null_mut());

            // SAFETY: both are valid and, by the type invariant, the driver's. The function leaves
            // an interface alone that is just being probed or unbound.
            unsafe {
                bindings::usb_driver_release_interface(self.driver.as_ptr(), intf.as_raw());
            }
        }
    }
}

/// The reason for a suspend: `pm_message_t`.
#[derive(Clone, Copy)]
pub(crate) struct PmMessage(pub(super) bindings::pm_message);

/// A driver of USB interfaces. All callbacks may sleep, and are called with the device's lock held.
pub(crate) trait Driver {
    /// Name of the driver, as user space sees it.
    const NAME: &'static CStr;

    /// What each entry of the id table carries.
    type IdInfo: 'static;

    /// A new interface matched `id`. `ENODEV` declines it.
    fn probe(intf: &Interface, id: &DeviceId) -> Result;

    /// The interface goes away, or user space takes it from the driver.
    fn disconnect(intf: &Interface);

    /// The device is about to be suspended. Must not fail for a system sleep.
    fn suspend(intf: &Interface, message: PmMessage) -> Result;

    /// The device was resumed.
    fn resume(intf: &Interface) -> Result;

    /// The device was resumed and has lost its state, for it had to be reset.
    fn reset_resume(intf: &Interface) -> Result;
}

/// The registration of a [`Driver`]; dropping it unbinds all interfaces.
#[pin_data(PinnedDrop)]
pub(crate) struct Registration<T: Driver> {
    #[pin]
    driver: Opaque<bindings::usb_driver>,
    _phantom: PhantomData<T>,
}

// SAFETY: a driver may be unregistered from any thread.
unsafe impl<T: Driver> Send for Registration<T> {}

// SAFETY: `&Registration` gives access to nothing.
unsafe impl<T: Driver> Sync for Registration<T> {}

impl<T: Driver + 'static> Registration<T> {
    /// Registers `T` for the ids of `table`. Fails with `EBUSY` if a driver has the name already.
    pub(crate) fn new(
        table: IdTable<T::IdInfo>,
        module: &'static ThisModule,
    ) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            driver <- Opaque::try_ffi_init(|slot: *mut bindings::usb_driver| {
                let mut driver = bindings::usb_driver {
                    name: T::NAME.as_char_ptr(),
                    probe: Some(Self::probe_callback),
                    disconnect: Some(Self::disconnect_callback),
                    suspend: Some(Self::suspend_callback),
                    resume: Some(Self::resume_callback),
                    reset_resume: Some(Self::reset_resume_callback),
                    id_table: table.as_ptr(),
                    ..pin_init::zeroed()
                };
                driver.set_supports_autosuspend(1);
                driver.set_disable_hub_initiated_lpm(1);

                // SAFETY: `try_ffi_init` gives a pointer that is valid for writes.
                unsafe { slot.write(driver) };

                // SAFETY: `slot` is initialised, and pinned until it is unregistered on drop.
                to_result(unsafe {
                    bindings::usb_register_driver(slot, module.as_ptr(), T::NAME.as_char_ptr())
                })
            }),
            _phantom: PhantomData,
        })
    }

    /// # Safety
    ///
    /// To be called by the USB core only, as `usb_driver.probe`.
    unsafe extern "C" fn probe_callback(
        intf: *mut bindings::usb_interface,
        id: *const bindings::usb_device_id,
    ) -> ffi::c_int {
        // SAFETY: the USB core passes a valid interface.
        let intf = unsafe { Interface::from_raw(intf) };

        // SAFETY: the USB core passes a valid id, and `DeviceId` is a transparent wrapper.
        let id = unsafe { &*id.cast::<DeviceId>() };

        from_result(|| T::probe(intf, id).map(|()| 0))
    }

    /// # Safety
    ///
    /// To be called by the USB core only, as `usb_driver.disconnect`.
    unsafe extern "C" fn disconnect_callback(intf: *mut bindings::usb_interface) {
        // SAFETY: the USB core passes a valid interface.
        T::disconnect(unsafe { Interface::from_raw(intf) });
    }

    /// # Safety
    ///
    /// To be called by the USB core only, as `usb_driver.suspend`.
    unsafe extern "C" fn suspend_callback(
        intf: *mut bindings::usb_interface,
        message: bindings::pm_message_t,
    ) -> ffi::c_int {
        // SAFETY: the USB core passes a valid interface.
        let intf = unsafe { Interface::from_raw(intf) };

        from_result(|| T::suspend(intf, PmMessage(message)).map(|()| 0))
    }

    /// # Safety
    ///
    /// To be called by the USB core only, as `usb_driver.resume`.
    unsafe extern "C" fn resume_callback(intf: *mut bindings::usb_interface) -> ffi::c_int {
        // SAFETY: the USB core passes a valid interface.
        let intf = unsafe { Interface::from_raw(intf) };

        from_result(|| T::resume(intf).map(|()| 0))
    }

    /// # Safety
    ///
    /// To be called by the USB core only, as `usb_driver.reset_resume`.
    unsafe extern "C" fn reset_resume_callback(intf: *mut bindings::usb_interface) -> ffi::c_int {
        // SAFETY: the USB core passes a valid interface.
        let intf = unsafe { Interface::from_raw(intf) };

        from_result(|| T::reset_resume(intf).map(|()| 0))
    }
}

#[pinned_drop]
impl<T: Driver> PinnedDrop for Registration<T> {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: a `Registration` exists only if its driver was registered.
        unsafe { bindings::usb_deregister(self.driver.get()) };
    }
}
