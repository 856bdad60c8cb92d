#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# An interface with two endpoints is DIAG, not QMI, and is not bound
# Also: armhf
. "${0%/*}/../lib.sh"

modprobe "$QMI_DRIVER"
insert two-endpoints
wait_for_interface 3
expect_gone "/sys/bus/usb/drivers/qmi_wwan/1-$port:1.0" /sys/class/net/wwan0 /dev/cdc-wdm0
expect_no_log 'qmi_wwan .*failed' # it is declined, not tried and given up

step "a modem still works"
plug combined-802-3
go_online
ping_all 3 "$gateway"
