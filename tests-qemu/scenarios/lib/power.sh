# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Suspend and resume, of a modem and of the whole guest.

# usb_device NUMBER: the sysfs folder of modem wwanNUMBER.
usb_device() {
	dirname "$(readlink -f "/sys/class/net/wwan$1/device")"
}

# let_suspend DEVICE: allows a USB device to be suspended as soon as it is idle.
let_suspend() {
	write 0 "$1/power/autosuspend_delay_ms"
	write auto "$1/power/control"
}

# keep_awake DEVICE: takes that back.
keep_awake() {
	write on "$1/power/control"
	expect active cat "$1/power/runtime_status"
}

wait_until_suspended() {
	wait_for_value suspended "$1/power/runtime_status"
}

# stays_active DEVICE: it is not suspended, though it may be.
stays_active() {
	sleep 2 # an idle device is suspended within a tenth of that
	expect active cat "$1/power/runtime_status"
}

# told_to_wake [PORT]: "on" or "off", as the host told the modem last before it suspended it or after it resumed it; nothing if
# it never did. That a modem wakes the host cannot be tried: usb-redir has no packet for it.
told_to_wake() {
	modem_log '_FEATURE"' "${1-1}" | sed -n \
		-e 's/.*"SET_FEATURE","request_type":0,.*"value":1,.*/on/p' \
		-e 's/.*"CLEAR_FEATURE","request_type":0,.*"value":1,.*/off/p' \
		-e 's/.*"SET_FEATURE","request_type":1,.*"value":0,"index":768,.*/on/p' |
		tail -n 1
}

# usb_quirk VENDOR:PRODUCT:LETTERS: how the USB core treats devices that are plugged in from now on (usbcore.quirks), until the
# scenario ends.
usb_quirk() {
	trap 'echo >/sys/module/usbcore/parameters/quirks' EXIT
	write "$1" /sys/module/usbcore/parameters/quirks
}

# suspend_system: a suspend to idle, but for the idle loop itself, which nothing in the guest could end: the kernel is told to
# resume after a second. QEMU's xHCI loses its state, so devices are reset when they resume.
suspend_system() {
	write 1 /sys/module/suspend/parameters/pm_test_delay
	write platform /sys/power/pm_test
	write freeze /sys/power/state
	write none /sys/power/pm_test
	expect_log 'PM: suspend exit'
}
