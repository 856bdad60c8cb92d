#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Both drivers answer the same to each write to an attribute, in each state of the link
# Also: armhf
# Timeout: 900
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/parity.sh"

booleans() {
	try_all "$1" N Y Y N n y 0 1 on off of x 2 ' Y' 'Y ' yes No "N
" ''
}

numbers() {
	try_all "$1" 0 1 01 0x1 0x01 2 0x02 010 0x0a 8 10 254 0xfe 255 256 -1 +3 3 x 0x ' 4' '4 ' "5
" ''
}

# type, flags, MTU and its limits: what a link layer changes
link_layer() {
	for file in type flags mtu addr_len; do
		echo "$file $(cat "$net/$file")"
	done
	ip -d link show wwan0 | grep -oE 'm(in|ax)mtu [0-9]+'
}

mtus() {
	for mtu in "$@"; do
		if error=$(ip link set wwan0 mtu "$mtu" 2>&1); then
			echo "$mtu: ok, reads $(cat "$net/mtu")"
		else
			echo "$mtu: $error, reads $(cat "$net/mtu")"
		fi
	done
}

mux_devices() {
	for device in /sys/class/net/qmimux*; do
		[ -e "$device" ] || continue
		echo "${device##*/}: $(cat "$device/qmap/mux_id") type $(cat "$device/type") mtu $(cat "$device/mtu") flags $(cat "$device/flags")" \
			"$(basename -a "$device"/lower_* "$net"/upper_"${device##*/}" | tr '\n' ' ')"
	done
}

observe() {
	plug combined-802-3
	net=/sys/class/net/wwan0
	qmi=$net/qmi

	record ethernet-link-layer link_layer
	record ethernet-pass_through try_all $qmi/pass_through N Y 1 x N
	record ethernet-raw_ip booleans $qmi/raw_ip
	write N $qmi/raw_ip
	record ethernet-again-link-layer link_layer
	record ethernet-mtu mtus 1500 68 1280 1428 9000 16384 32767 32768 65535 65536 1500
	record ethernet-address addresses
	ip link set wwan0 up
	record ethernet-up-raw_ip booleans $qmi/raw_ip
	record ethernet-up-pass_through try_all $qmi/pass_through N Y
	record ethernet-up-mtu mtus 1400 1500 32767 1500
	ip link set wwan0 down

	write Y $qmi/raw_ip
	record raw-ip-link-layer link_layer
	record raw-ip-mtu mtus 1500 68 1280 1428 9000 16384 32767 32768 65535 65536 1500
	record raw-ip-address addresses
	record raw-ip-pass_through booleans $qmi/pass_through
	write Y $qmi/pass_through
	record pass-through-raw_ip booleans $qmi/raw_ip
	record pass-through-link-layer link_layer
	ip link set wwan0 up
	record pass-through-up-raw_ip booleans $qmi/raw_ip
	record pass-through-up-pass_through try_all $qmi/pass_through N Y Y N
	record raw-ip-up-raw_ip booleans $qmi/raw_ip
	record raw-ip-up-mtu mtus 1400 1500 16384 32767 1500
	ip link set wwan0 down

	record mux-add numbers $qmi/add_mux
	record mux-devices mux_devices
	record mux-order cat $qmi/add_mux
	record mux-up-early ip link set qmimux0 up
	ip link set wwan0 up
	record mux-up ip link set qmimux0 up
	record mux-state ip -br link show qmimux0
	record mux-up-raw_ip booleans $qmi/raw_ip
	record mux-rename ip link set qmimux1 name internet
	record mux-add-while-up try_all $qmi/add_mux 100 101
	record mux-ethtool-i ethtool -i qmimux0
	record mux-ethtool-k ethtool -k qmimux0
	record mux-link link_details qmimux0
	record mux-statistics statistics qmimux1
	ip link set wwan0 down
	record mux-lower-down ip -br link show qmimux0
	ip link set wwan0 up
	record mux-lower-up-again ip -br link show qmimux0
	record mux-delete numbers $qmi/del_mux
	record mux-devices-left mux_devices
	try_all $qmi/del_mux 100 101 >/dev/null
	record mux-none-left mux_devices
	record raw-ip-after-mux link_layer
	record read-only read_only

	write 1 $qmi/add_mux
	spare_rcu
	unplug 0
	record gone ls /sys/class/net
}

addresses() {
	for address in 40:00:00:00:00:01 62:00:00:00:00:01 4e:00:00:00:00:01 06:00:00:00:00:01 01:00:00:00:00:01 00:00:00:00:00:00 \
		7e:00:00:00:00:02; do
		ip link set wwan0 address $address 2>&1 | sed "s/^/$address: /"
	done
	cut -c -5 "$net/address"
}

# Which qdisc is the default depends on the kernel.
link_details() {
	ip -d -j link show "$1" | sed -E 's/[][{}]//g; s/,"/\n"/g; s/"fq_codel"/"pfifo_fast"/' | grep -vE '"(ifindex|address|permaddr)":'
}

statistics() {
	ip -s -s link show "$1" | tail -n +3
}

# Only root may write.
read_only() {
	for file in raw_ip pass_through add_mux del_mux; do
		setpriv --reuid 65534 --clear-groups sh -c "printf 1 >$qmi/$file" 2>&1 | sed 's/.*: //'
	done
}

compare_drivers attributes
