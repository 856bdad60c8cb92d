#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The module is unloaded while the link is up and a program waits for QMI, and loaded again
. "${0%/*}/../lib.sh"

plug union-802-3
go_online
keep_busy
rmmod "$QMI_DRIVER"
wait_until_gone 0
expect_gone "/sys/module/$QMI_DRIVER" /sys/bus/usb/drivers/qmi_wwan
expect_reader_failed

modprobe "$QMI_DRIVER"
wait_for_driver 0
go_online
ping_all 5 "$gateway"
