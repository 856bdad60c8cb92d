#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# While the C driver is loaded, this one does not load, and names the one to remove
# Driver: rs
. "${0%/*}/../lib.sh"

modprobe --ignore-install qmi_wwan
expect_error '' modprobe qmi_wwan_rs
expect_log 'qmi_wwan_rs: .*qmi_wwan'
expect_gone /sys/module/qmi_wwan_rs

rmmod qmi_wwan
plug raw-ip-hs
expect_line '/qmi_wwan_rs$' readlink -f /sys/bus/usb/drivers/qmi_wwan/module
