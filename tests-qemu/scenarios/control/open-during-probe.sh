#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A port that is opened during probe and closed later is counted: the modem may still wake the host
# Driver: rs
# Defect: D10 the count of users that keep the modem awake goes wrong if the port is opened before probe has ended
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/power.sh"

# Probe registers the port first, then the network device, which takes the lock of the network configuration. A modem that is
# slow to resume holds that meanwhile: it is resumed because its link is brought up.
plug late-status
holder=$(usb_device 0)
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6 # its packets would wait for 4 s each
let_suspend "$holder"
wait_until_suspended "$holder"

# open_during_probe: opens the port of the second modem as file descriptor 8; fails if probe had ended by then.
open_during_probe() {
	insert late-dtr
	catch 'grep -qs SET_CONTROL_LINE_STATE /run/host/modem-2.log' # probe is in bind, for 2 s
	ip link set wwan0 up &
	catch '[ -c /dev/cdc-wdm1 ]'
	exec 8<>/dev/cdc-wdm1
	[ ! -e /sys/class/net/wwan1 ] && opened=yes || opened=late
	wait_for_driver 1
	wait
	ip link set wwan0 down
	[ "$opened" = yes ]
}

until open_during_probe; do # the machine is slow now
	exec 8>&-
	unplug 1
	wait_until_suspended "$holder"
done

usb=$(usb_device 1)
step "the port is open"
let_suspend "$usb"
wait_until_suspended "$usb"
expect on told_to_wake 2

step "the port is closed; a modem with DTR keeps its clients only if it may wake the host"
exec 8>&-
keep_awake "$usb"
let_suspend "$usb"
wait_until_suspended "$usb"
expect on told_to_wake 2
