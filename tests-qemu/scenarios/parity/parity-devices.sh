#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Both drivers make the same devices of the same modem
# Timeout: 900
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/parity.sh"

# attributes FOLDER: modes and contents of its files, but for what counts or has random values.
attributes() {
	find "$1/" -maxdepth 1 ! -type d ! -name uevent ! -name address ! -name '*_count' ! -name '*changes' ! -name '*runtime*' ! -name '*duration' \
		! -name ifindex ! -name iflink -printf '%P %M %l\n' | sort | while read -r name mode target; do
		case $mode in
		l*) echo "$name -> $target" ;;
		-r*) echo "$name $mode $(tr '\n' ' ' <"$1/$name" 2>&1)" ;;
		*) echo "$name $mode" ;;
		esac
	done
}

# One line for each property; without what is numbered in the order of appearance.
link_details() {
	ip -d -j link show "$1" | sed -E 's/[][{}]//g; s/,"/\n"/g' | grep -vE '"(ifindex|address|permaddr)":'
}

begin_uevents() {
	udevadm monitor --kernel --property >/tmp/uevents &
	monitor=$!
	until grep -q '^KERNEL' /tmp/uevents; do
		kill -0 $monitor || fail "udevadm monitor ended"
		sleep 0.1
	done
}

# Actions, and what names the device, but for its number on the bus.
uevents() {
	sed -nE 's/^KERNEL\[[0-9.]*\] //p; s,/bus/usb/.*,,; /^(DEVTYPE|DRIVER|INTERFACE|DEVNAME|MODALIAS)=/p' /tmp/uevents
}

observe() {
	for profile in raw-ip-hs raw-ip-ss combined-802-3 union-802-3; do
		begin_uevents
		plug "$profile"
		numbers=$(bound_interfaces)
		net=/sys/class/net/wwan0
		interface=$(readlink -f $net/device)

		record "$profile-wwan0" attributes $net
		record "$profile-qmi" attributes $net/qmi
		record "$profile-wwan0-uevent" grep -v IFINDEX $net/uevent
		record "$profile-link" link_details wwan0
		record "$profile-cdc-wdm0" attributes /sys/class/usbmisc/cdc-wdm0
		record "$profile-device" attributes "$interface"
		record "$profile-power" attributes "$interface/../power"
		record "$profile-wwan" ls "$interface/wwan" "$interface/net" "$interface/usbmisc"
		record "$profile-driver" ls /sys/bus/usb/drivers/qmi_wwan
		record "$profile-ethtool-i" ethtool -i wwan0
		record "$profile-ethtool-k" ethtool -k wwan0
		record "$profile-ethtool" ethtool wwan0
		record "$profile-messages" messages
		record "$profile-control" control_requests "$numbers"

		unplug 0
		udevadm settle
		kill $monitor
		record "$profile-uevents" uevents
		record "$profile-control-all" control_requests "$numbers"
	done
}

# What the driver and usbnet say, with the address, which may be random, left out.
messages() {
	kernel_log | grep -E 'wwan0.*register' | tail -n 1 | sed -E 's/^\[[^]]*\] //; s/([0-9a-f]{2}:){5}[0-9a-f]{2}/MAC/'
}

compare_drivers devices
