# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Only the driver under test takes part, and soon: udev follows no rules, and so loads no others.

mkdir -p /run/udev/rules.d
for rules in /usr/lib/udev/rules.d/*.rules; do
	: >"/run/udev/rules.d/${rules##*/}"
done
udevadm control --reload
trap 'rm -r /run/udev/rules.d; udevadm control --reload 2>/dev/null || :' EXIT
# Those that are there already have come with the modem of an earlier scenario.
for module in option qcserial; do
	[ ! -e /sys/module/$module ] || modprobe --remove $module
done

# stop_udev: where it is not needed: it takes as long over a modem's events as the kernel.
stop_udev() {
	udevadm control --exit
}

# start_udev: if it is not there.
start_udev() {
	udevadm control --ping 2>/dev/null || /usr/lib/systemd/systemd-udevd --daemon 2>/dev/null
}
