# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# DTR over SET_CONTROL_LINE_STATE, as the modem logs it.

# dtr_values [PORT]: what the modem got so far, on one line.
dtr_values() {
	modem_log '"SET_CONTROL_LINE_STATE"' "${1-1}" | sed 's/.*"value":\([0-9]*\).*/\1/' | tr '\n' ' '
}

# follow_dtr PROFILE: from plug to unbind and back.
follow_dtr() {
	plug "$1"
	expect '1 ' dtr_values
	sleeps_lightly "$(usb_device 0)"

	go_online # in one process, the rest in others
	ping_all 3 "$gateway"
	expect '1 ' dtr_values
	expect_line "Connection status: 'connected'" \
		qmi --client-cid="$(wds_client 0)" --client-no-release-cid --wds-get-packet-service-status

	interface=$(basename "$(readlink -f /sys/class/net/wwan0/device)")
	write "$interface" /sys/bus/usb/drivers/qmi_wwan/unbind
	expect '1 0 ' dtr_values
	write "$interface" /sys/bus/usb/drivers/qmi_wwan/bind
	wait_for_driver 0
	expect '1 0 1 ' dtr_values
	go_online
	ping_all 3 "$gateway"
}

# sleeps_lightly DEVICE: an unused modem is suspended, but may wake the host: the firmware takes that as it takes DTR.
sleeps_lightly() {
	let_suspend "$1"
	wait_until_suspended "$1"
	expect on told_to_wake
	keep_awake "$1"
}
