#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# QMI through the WWAN port, which shares the modem with the character device; one of the two at a time
. "${0%/*}/lib.sh"

# version: asks CTL for its version over the open port, and tells the answer's first bytes. Once only while the port is open:
# cdc-wdm stops the WWAN port after a message until that is sent, and if it is sent already, for ever.
version() {
	/usr/bin/printf '\001\013\000\000\000\000\000\001\041\000\000\000' >&8
	timeout $limit dd bs=4096 count=1 status=none <&8 | od -An -tx1 -N 6
}

modprobe wwan
insmod /lib/modules/wwan-port/cdc-wdm.ko # of a kernel with CONFIG_WWAN=y
plug raw-ip-hs
expect_there /dev/wwan0qmi0 /dev/cdc-wdm0
expect QMI cat /sys/class/wwan/wwan0qmi0/type

step "the WWAN port"
exec 8<>/dev/wwan0qmi0
expect_error 'Device or resource busy' sh -c ': <>/dev/cdc-wdm0'
expect_line '^ 01 .. 00 80 00 00' version
exec 8>&-

step "the character device"
exec 8<>/dev/cdc-wdm0
expect_error 'Device or resource busy' sh -c ': <>/dev/wwan0qmi0'
expect_line '^ 01 .. 00 80 00 00' version
exec 8>&-

unplug 0
expect_gone /dev/wwan0qmi0
