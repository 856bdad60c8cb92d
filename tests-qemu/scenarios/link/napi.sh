#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Traffic passes with threaded NAPI and with RPS, which are switched on and off meanwhile
# Driver: rs
# Also: kcsan arm64 arm64-16k armhf
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# traffic: all that counts, at the same time.
traffic() {
	upload 500000 "$gateway" &
	jobs=$!
	ping_all 20 "$gateway" &
	jobs="$jobs $!"
	download 1000000 "$gateway" &
	jobs="$jobs $!"
	"$@"
	for job in $jobs; do
		wait "$job"
	done
}

# spread MASK: packets that are received on $link may go to these CPUs.
spread() {
	for queue in "/sys/class/net/$link"/queues/rx-*; do
		write "$1" "$queue/rps_cpus"
	done
	echo 32768 >/proc/sys/net/core/rps_sock_flow_entries
	for queue in "/sys/class/net/$link"/queues/rx-*; do
		echo 4096 >"$queue/rps_flow_cnt"
	done
}

# thread 0|1: NAPI in a thread of its own, or not.
thread() {
	write "$1" /sys/class/net/wwan0/threaded || fail "threaded takes no $1"
	expect "$1" cat /sys/class/net/wwan0/threaded
}

for layer in raw-ip mux; do
	plug raw-ip-ss
	write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
	case $layer in
	raw-ip)
		link=wwan0
		use_raw_ip
		go_online
		;;
	mux)
		link=qmimux0
		use_qmap
		add_mux 1
		start_mux 1
		;;
	esac
	step "$layer: threaded"
	traffic thread 1
	traffic :
	step "$layer: threaded, and RPS"
	traffic spread 3
	traffic :
	step "$layer: RPS alone"
	traffic thread 0
	traffic :
	step "$layer: neither"
	traffic spread 0
	traffic :
	step "$layer: threaded while it goes"
	thread 1
	unplug 0
done
