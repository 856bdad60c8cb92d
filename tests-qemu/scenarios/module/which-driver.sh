#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem gets this driver where it is installed, else the C driver; so does modprobe qmi_wwan
# Driver: rs
# Timeout: 600
. "${0%/*}/../lib.sh"

# Asks until there is no modem left.
no_udev() {
	! udevadm control --exit 2>/dev/null
}

stop_udev() {
	wait_until 'the end of udev' no_udev
}

# One that sees what this scenario mounts, and how modprobe is configured now. In a namespace of processes it does not look at the
# kernel's command line, which has it leave names of network devices alone.
restart_udev() {
	stop_udev
	SYSTEMD_PROC_CMDLINE=net.ifnames=0 /usr/lib/systemd/systemd-udevd --daemon 2>/dev/null
}

# served_by MODULE: by the alias of a modem, and by name.
served_by() {
	restart_udev
	plug raw-ip-hs
	expect_line "/$1\$" readlink -f /sys/bus/usb/drivers/qmi_wwan/module
	unplug 0
	modprobe --remove "$1"
	modprobe qmi_wwan
	expect_line "/$1\$" readlink -f /sys/bus/usb/drivers/qmi_wwan/module
	modprobe --remove "$1"
}

modules=/lib/modules/$(uname -r)
mkdir /tmp/modules
mount -t tmpfs tmpfs /tmp/modules
mkdir /tmp/modules/upper /tmp/modules/work
mount -t overlay -o "lowerdir=$modules,upperdir=/tmp/modules/upper,workdir=/tmp/modules/work" overlay "$modules"
trap 'stop_udev; umount "$modules" && umount /tmp/modules' EXIT
ours=$modules/updates/qmi_wwan_rs.ko

served_by qmi_wwan_rs

mkdir -p /run/modprobe.d
echo 'blacklist qmi_wwan_rs' >/run/modprobe.d/scenario.conf
served_by qmi_wwan
rm /run/modprobe.d/scenario.conf

# A kernel refuses what was built for another one.
cp "$ours" /tmp/modules/ours
sed 's/vermagic=[0-9]/vermagic=X/' /tmp/modules/ours >"$ours"
served_by qmi_wwan

rm "$ours"
depmod
served_by qmi_wwan
