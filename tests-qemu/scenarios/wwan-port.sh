#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# QMI through the WWAN port, which shares the modem with the character device; one of the two at a time
. "${0%/*}/lib.sh"

modprobe wwan
insmod /lib/modules/wwan-port/cdc-wdm.ko # of a kernel with CONFIG_WWAN=y
plug raw-ip-hs
expect_there /dev/wwan0qmi0 /dev/cdc-wdm0
expect QMI cat /sys/class/wwan/wwan0qmi0/type

for turn in 1 2; do
	step "turn $turn"
	expect_line "Manufacturer: 'QUALCOMM" timeout $limit qmicli --device=/dev/wwan0qmi0 --dms-get-manufacturer
	expect_line "Manufacturer: 'QUALCOMM" qmi --dms-get-manufacturer
done

exec 8<>/dev/cdc-wdm0
expect_error 'Device or resource busy' sh -c ': <>/dev/wwan0qmi0'
exec 8>&-
exec 8<>/dev/wwan0qmi0
expect_error 'Device or resource busy' sh -c ': <>/dev/cdc-wdm0'
exec 8>&-

unplug 0
expect_gone /dev/wwan0qmi0
