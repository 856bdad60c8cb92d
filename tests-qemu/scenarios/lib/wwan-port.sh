# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# The WWAN port that cdc-wdm makes beside the character device, if the kernel has CONFIG_WWAN=y.

wwan_port=/dev/wwan0qmi0

# A message should be the only one while the port is open: cdc-wdm stops the port after one until that is sent, and if it is sent
# already, for ever.

# use_wwan_port: Debian's kernel has it as a module, which cdc-wdm does not see: takes one that was built otherwise.
use_wwan_port() {
	modprobe wwan
	[ ! -e /sys/module/cdc_wdm ] || modprobe --remove cdc_wdm
	insmod /lib/modules/wwan-port/cdc-wdm.ko
}
