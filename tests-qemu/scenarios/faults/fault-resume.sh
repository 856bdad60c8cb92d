#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each allocation of cdc-wdm's resume fails in turn, with the port open: the link works afterwards
# Kernel: debug
# Timeout: 400
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/faults.sh"
. "${0%/*}/../lib/power.sh"

# By the shell itself: in a process of its own no allocation would fail.
wake() {
	echo on >"$usb/power/control"
}

# The port may be dead now, which is cdc-wdm's own; not so the link.
works_and_sleeps() {
	ping_all 3 "$gateway"
	write auto "$usb/power/control"
	wait_until_suspended "$usb"
}

plug raw-ip-hs
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
use_faults cdc_wdm
use_raw_ip
go_online
ping_all 3 "$gateway"
usb=$(usb_device 0)
exec 8<>/dev/cdc-wdm0
let_suspend "$usb"
wait_until_suspended "$usb"
each_allocation wake works_and_sleeps
fact allocations "$allocations"

step "and afterwards the port, opened anew"
wake
exec 8>&-
expect_line Manufacturer qmi --dms-get-manufacturer
ping_all 3 "$gateway"
