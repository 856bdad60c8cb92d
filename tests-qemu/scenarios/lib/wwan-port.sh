# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# The WWAN port that cdc-wdm makes beside the character device, if the kernel has CONFIG_WWAN=y.

wwan_port=/dev/wwan0qmi0

# use_wwan_port: Debian's kernel has it as a module, which cdc-wdm does not see: takes one that was built otherwise.
use_wwan_port() {
	modprobe wwan
	[ ! -e /sys/module/cdc_wdm ] || modprobe --remove cdc_wdm
	insmod /lib/modules/wwan-port/cdc-wdm.ko
}

# ask_version: asks CTL for its version over file descriptor 8. Once only while the port is open: cdc-wdm stops the WWAN port
# after a message until that is sent, and if it is sent already, for ever.
ask_version() {
	/usr/bin/printf '\001\013\000\000\000\000\000\001\041\000\000\000' >&8
}

# expect_version: the answer comes there.
expect_version() {
	expect_line '^ 01 .. 00 80 00 00' sh -c "timeout $limit dd bs=4096 count=1 status=none <&8 | od -An -tx1 -N 6"
}
