#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# netconsole works on wwan0, and is refused on a mux device
# Driver: rs
# Kernel: stock
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# log_to DEVICE: has the kernel log to the modem's end of it.
log_to() {
	mkdir -p "$target"
	write "$1" $target/dev_name
	write "$address" $target/local_ip
	write "$gateway" $target/remote_ip
	write 02:50:f4:00:00:02 $target/remote_mac
	write 1 $target/enabled
}

# log_lines COUNT
log_lines() {
	for line in $(seq "$1"); do
		echo "<1>e2e: line $line" >/dev/kmsg
	done
}

sent() {
	[ "$(cat /sys/class/net/wwan0/statistics/tx_packets)" -ge "$1" ]
}

modprobe netconsole
mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
target=/sys/kernel/config/netconsole/test
trap 'rmdir $target; modprobe --remove netconsole' EXIT

step "wwan0, in 802.3"
plug union-802-3
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
go_online
log_to wwan0
before=$(cat /sys/class/net/wwan0/statistics/tx_packets)
log_lines 300
wait_until "the lines" sent $((before + 300))
ping_all 3 "$gateway"
write 0 $target/enabled
unplug 0

step "a mux device"
plug raw-ip-hs
connect_muxes 1
expect_error 'Unknown error 524' log_to qmimux0 # ENOTSUPP
expect_log "qmimux0 doesn't support polling"
ping_all 3 "$gateway"
