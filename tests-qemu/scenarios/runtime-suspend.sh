#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# An idle modem is suspended, but not while its port is open or its link up, and works afterwards
. "${0%/*}/lib.sh"

plug union-802-3
go_online
ping_all 3 "$gateway"
device=$(dirname "$(readlink -f /sys/class/net/wwan0/device)")

step "link up"
let_suspend "$device"
stays_active "$device"

step "link down"
ip link set wwan0 down
wait_for_value suspended "$device/power/runtime_status"

step "port open"
exec 8<>/dev/cdc-wdm0
expect active cat "$device/power/runtime_status"
stays_active "$device"
exec 8>&-
wait_for_value suspended "$device/power/runtime_status"

step "QMI and traffic wake it"
expect_line Manufacturer qmi --dms-get-manufacturer
wait_for_value suspended "$device/power/runtime_status"
go_online
ping_all 3 "$gateway"
