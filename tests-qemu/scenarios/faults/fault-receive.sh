#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each allocation fails in turn while packets are received: packets are lost, and nothing else
# Kernel: debug
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/faults.sh"
. "${0%/*}/../lib/mux.sh"

# Allocations that fail for each link layer.
count=${QMI_FULL:+30}
count=${count:-3}

# fail_each: the first allocation, the second and so on, from when the link goes up. It may stay down for that.
fail_each() {
	for nth in $(seq "$count"); do
		ip link set wwan0 down
		fail_allocation "$nth"
		if error=$(ip link set wwan0 up 2>&1); then
			wait_until "allocation $nth" failed_while_busy
		fi
		end_faults
		[ "$(failed_allocations)" -gt 0 ] || fail "the link stays down: $error"
		total=$((total + $(failed_allocations)))
		ip link set wwan0 up
	done
	ping_all 5 "$gateway"
	download 100000 "$gateway"
}

failed_while_busy() {
	ping -n -q -c 5 -i 0.01 -W 1 "$gateway" >/dev/null || :
	[ "$(failed_allocations)" -gt 0 ]
}

total=0
step "802.3"
plug union-802-3
use_faults
go_online
fail_each
unplug 0

step "raw IP"
plug raw-ip-hs
use_faults
use_raw_ip
go_online
fail_each
unplug 0

step "mux"
plug raw-ip-hs
connect_muxes 1
fail_each
fact allocations $total
