# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Only the driver under test takes part, and soon: udev follows no rules, and so loads no others.

mkdir -p /run/udev/rules.d
for rules in /usr/lib/udev/rules.d/*.rules; do
	: >"/run/udev/rules.d/${rules##*/}"
done
udevadm control --reload
trap 'rm -r /run/udev/rules.d; udevadm control --reload' EXIT
# Those that are there already have come with the modem of an earlier scenario.
for module in option qcserial; do
	[ ! -e /sys/module/$module ] || modprobe --remove $module
done
