#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each allocation fails in turn while a modem is bound: nothing is left of it, and it can be bound afterwards
# Kernel: debug
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/alone.sh"
. "${0%/*}/../lib/faults.sh"

bind() {
	printf %s "$interface" >/sys/bus/usb/drivers/qmi_wwan/bind
}

unbind() {
	write "$interface" /sys/bus/usb/drivers/qmi_wwan/unbind
	expect_gone /sys/class/net/wwan0 /dev/cdc-wdm0
}

hurry 40
modprobe "$QMI_DRIVER"
total=0
for profile in union-802-3 raw-ip-ss; do
	step "$profile"
	plug "$profile"
	interface=$(basename "$(readlink -f /sys/class/net/wwan0/device)")
	use_faults
	stop_udev
	unbind
	each_allocation bind unbind
	total=$((total + allocations))
	start_udev
	bind
	wait_for_driver 0
	go_online
	ping_all 3 "$gateway"
	unplug 0
done
fact allocations $total
fact seed "$QMI_SEED"
