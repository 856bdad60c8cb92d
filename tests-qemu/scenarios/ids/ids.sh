#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The driver has the names, device nodes and module information that user space knows it by
. "${0%/*}/../lib.sh"

plug union-802-3
expect_line '^driver: qmi_wwan$' ethtool -i wwan0
expect_line '^DEVTYPE=wwan$' cat /sys/class/net/wwan0/uevent
expect_line '/qmi_wwan$' readlink -f /sys/class/usbmisc/cdc-wdm0/device/driver
expect wwan0 ls /sys/class/usbmisc/cdc-wdm0/device/net
expect "$(readlink -f /sys/class/net/wwan0/device)" readlink -f /sys/class/usbmisc/cdc-wdm0/device

step "modinfo"
expect GPL modinfo -F license "$QMI_DRIVER"
expect_line '^usb:v' modinfo -F alias "$QMI_DRIVER"
modules='cdc-wdm usbcore'
[ "$QMI_DRIVER" != qmi_wwan ] || modules="usbnet $modules"
for module in $modules; do
	# What is built in is no module to load.
	[ -e "/sys/module/$(echo "$module" | tr - _)/coresize" ] || continue
	expect_line "(^|,)$module(,|\$)" modinfo -F depends "$QMI_DRIVER"
done
