#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem that lost power while suspended gets DTR again at resume, without which it would not answer
# Driver: rs
# Defect: D14 DTR is not set again after a reset during resume
# Also: arm64
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/power.sh"
. "${0%/*}/../lib/dtr.sh"

resets() {
	modem_log '"event":"reset"' | wc -l
}

for profile in raw-ip-hs raw-ip-ss; do
	step "$profile, suspended with the guest"
	plug "$profile"
	go_online
	ping_all 3 "$gateway"
	expect '1 ' dtr_values

	suspend_system
	expect_line '"reason":"DTR is off"' modem_log '"clients-forgotten"'
	expect '1 1 ' dtr_values
	ip link set wwan0 down
	go_online
	ping_all 3 "$gateway"
	unplug 0
done

step "one without DTR, suspended when idle"
usb_quirk 12d1:1506:b
plug union-802-3
usb=$(usb_device 0)
for driver in "$usb"/*/driver; do # the serial ports' driver cannot resume after a reset
	interface=${driver%/driver}
	[ "$(basename "$(readlink "$driver")")" = qmi_wwan ] || write "${interface##*/}" "$driver/unbind"
done
let_suspend "$usb"
wait_until_suspended "$usb"
before=$(resets)
exec 8<>/dev/cdc-wdm0
stays_active "$usb"
[ "$(resets)" -gt "$before" ] || fail "resumed without a reset"
expect_line Manufacturer qmi --dms-get-manufacturer
go_online
ping_all 3 "$gateway"
expect '' dtr_values
