#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Both drivers behave the same in bind and unbind, new ids, renamed and moved devices, opened and unplugged ports
# Timeout: 900
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/parity.sh"

driver=/sys/bus/usb/drivers/qmi_wwan

bound() {
	for link in "$driver"/*:*; do
		[ ! -e "$link" ] || basename "$link"
	done
	ls /sys/class/net /sys/class/usbmisc
}

# open_port PATH: by another process; what it says when it cannot.
open_port() {
	(: <>"$1") 2>&1 | sed 's/.*: //'
}

# What a reader of the port and a writer to it are told.
read_port() {
	timeout $limit dd if="$1" bs=4096 count=1 of=/dev/null 2>&1 | grep -v records | sed 's/, [0-9.]* .*//'
}

observe() {
	plug union-802-3
	control=$(basename "$(readlink -f /sys/class/net/wwan0/device)")
	data=$(basename -a $driver/*:* | grep -v "$control")

	record bound bound
	for side in "$control" "$data"; do
		record "unbind-$side" write "$side" $driver/unbind
		wait_until_gone 0
		record "unbound-$side" bound
		record "unbind-again-$side" write "$side" $driver/unbind
		record "bind-$side" write "$side" $driver/bind
		[ -e /sys/class/net/wwan0 ] || write "$control" $driver/bind
		wait_for_driver 0
		record "bound-by-$side" bound
		record "bind-again-$side" write "$side" $driver/bind
	done
	record requests control_requests "1 2"

	exec 8<>/dev/cdc-wdm0
	record port-open-again open_port /dev/cdc-wdm0
	exec 8>&-
	record port-mode stat -c '%n %a %U %F' /dev/cdc-wdm0

	record rename-down ip link set wwan0 name cell
	ip link set cell up
	record renamed ip -br link show cell
	record renamed-driver ethtool -i cell
	record renamed-qmi ls /sys/class/net/cell/qmi
	ip link set cell down
	ip link set cell name wwan0
	ip netns add other
	record netns-move ip link set wwan0 netns other
	record netns-there ip -n other -br link show wwan0
	record netns-not-here ip link show wwan0
	record netns-raw_ip ip netns exec other sh -c 'printf Y >/sys/class/net/wwan0/qmi/raw_ip && cat /sys/class/net/wwan0/qmi/raw_ip'
	record netns-mux ip netns exec other sh -c 'printf 1 >/sys/class/net/wwan0/qmi/add_mux && ls /sys/class/net'
	ip netns delete other
	udevadm wait --timeout=$limit /sys/class/net/wwan0
	record netns-deleted ip -br link show wwan0
	record netns-deleted-all ls /sys/class/net

	record new_id-bad try_id 'x'
	record new_id-short try_id '1234'
	record new_id try_id '1d6b 9999'
	record new_id-reference try_id '1d6b 9998 ff 2c7c 0125'
	record new_id-bad-reference try_id '1d6b 9997 0 1d6b 1111'
	record new_ids cat $driver/new_id
	record remove_id write '1d6b 9999' $driver/remove_id
	record remove_id-absent write '1d6b 1111' $driver/remove_id
	record ids-left cat $driver/remove_id

	read_port /dev/cdc-wdm0 >/tmp/read &
	reader=$!
	wait_for_open /dev/cdc-wdm0
	spare_rcu
	unplug 0
	wait $reader || :
	record read-while-unplugged cat /tmp/read
	record gone bound
}

try_id() {
	write "$1" $driver/new_id
}

# The process that has it open.
wait_for_open() {
	deadline=$(($(date +%s) + limit))
	until find /proc/[0-9]*/fd -lname "$1" 2>/dev/null | grep -q .; do
		[ "$(date +%s)" -lt "$deadline" ] || fail "$1 is not opened"
		sleep 0.1
	done
}

compare_drivers lifecycle
