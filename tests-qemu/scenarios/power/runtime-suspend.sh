#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# An idle modem is suspended; with its port open or its link up it may wake the host, or stays active
# Also: kcsan arm64 armhf
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/power.sh"

plug union-802-3
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6 # it would send packets by itself
go_online
ping_all 3 "$gateway"
usb=$(usb_device 0)
let_suspend "$usb"

step "link up: suspended, and to wake the host"
wait_until_suspended "$usb"
expect on told_to_wake

step "link down: suspended"
ip link set wwan0 down
wait_until_suspended "$usb"
expect off told_to_wake

step "port open: suspended, and to wake the host"
exec 8<>/dev/cdc-wdm0
wait_until_suspended "$usb"
expect on told_to_wake

step "port closed: suspended"
exec 8>&-
wait_until_suspended "$usb"
expect off told_to_wake

step "in use again"
keep_awake "$usb"
expect_line Manufacturer qmi --dms-get-manufacturer
go_online
ping_all 3 "$gateway"
unplug 0

step "a modem that cannot wake the host"
usb_quirk 12d1:1506:j
plug union-802-3
usb=$(usb_device 0)
let_suspend "$usb"
wait_until_suspended "$usb"
exec 8<>/dev/cdc-wdm0
stays_active "$usb"
exec 8>&-
wait_until_suspended "$usb"
go_online
stays_active "$usb"
ping_all 3 "$gateway"
ip link set wwan0 down
wait_until_suspended "$usb"
