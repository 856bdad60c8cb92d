# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# The whole way from a modem that is plugged in to traffic: what the demo shows.

# connect PROFILE RAW_IP: RAW_IP is what qmi/raw_ip must read while online, Y or N.
connect() {
	step "A modem is plugged in: its USB id lets udev load $QMI_DRIVER"
	plug "$1"
	kernel_log | grep -E "$QMI_DRIVER|qmi_wwan|cdc_wdm|wwan0" | indent
	expect_line '(^|/)qmi_wwan$' readlink /sys/class/net/wwan0/device/driver

	step "qmicli talks to it through /dev/cdc-wdm0"
	show qmicli --device=/dev/cdc-wdm0 --dms-get-manufacturer
	show qmicli --device=/dev/cdc-wdm0 --get-service-version-info
	manufacturer=$(qmi --dms-get-manufacturer | sed -n "s/.*Manufacturer: '\(.*\)'/\1/p")
	[ -n "$manufacturer" ] || fail "qmicli read no manufacturer"
	fact manufacturer "$manufacturer"

	if [ "$2" = Y ]; then
		step "The modem is asked for raw IP"
		use_raw_ip
	fi

	step "qmi-network starts a network, WDS tells the address"
	go_online
	indent </tmp/qmi-network.log
	printf '%s\n' "$settings" | indent
	expect "$2" cat /sys/class/net/wwan0/qmi/raw_ip
	show ip -brief address show dev wwan0
	fact address "$address"

	step "20 pings to $gateway"
	ping_all 20 "$gateway"
	printf '%s\n' "$lines" | tail -n 2 | indent
	fact pings "20 of 20"

	bytes=10000000
	step "$bytes bytes over TCP to the modem"
	upload $bytes "$gateway"
	echo "    sha256 on both ends: $sent"
	fact upload "$bytes bytes, same sha256"

	step "$bytes bytes over TCP from the modem"
	download $bytes "$gateway"
	echo "    sha256 on both ends: $sent"
	fact download "$bytes bytes, same sha256"
}
