#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem floods the host, with one packet in each transfer: memory is bounded, and pings are answered
# Also: kcsan arm64
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"

devices=wwan0
for profile in union-802-3 raw-ip-hs raw-ip-ss; do
	step "$profile"
	plug_flooder $profile
	[ $profile = union-802-3 ] || use_raw_ip
	go_online
	open_ports
	for size in 5 64 1500; do
		flood $size $closed
	done
	for size in ${QMI_FULL:+5} 64 ${QMI_FULL:+1500}; do
		flood "$size" $unread
	done
	flood 64 $busy
	close_readers
	unplug 0
done
