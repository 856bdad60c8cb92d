#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each allocation fails in turn while packets are sent, alone and aggregated: packets may be lost, and nothing else
# Kernel: debug
# Timeout: 900
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/faults.sh"
. "${0%/*}/../lib/mux.sh"

# Allocations that fail for each way to send.
count=${QMI_FULL:+30}
count=${count:-3}

# send: small packets, all at once, and segments; TCP sends again what is lost.
send() {
	ping -n -q -c 20 -l 20 -W 1 "$gateway" >/dev/null || :
	upload 60000 "$gateway"
}

# use_up: what each failure costs is missed when there is no more of it. Transfers get their buffers when many are in flight.
use_up() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		fail_all_of ping -n -q -c 300 -l 300 -W 0.1 "$gateway" >/dev/null
		ping -n -q -c 100 -l 100 -W 1 "$gateway" >/dev/null || :
	done
	step "many allocations failed"
	ping_all 5 "$gateway"
}

# fail_each: the first allocation, the second and so on, as long as there are any: a driver may need none.
fail_each() {
	failed=0
	for nth in $(seq "$count"); do
		fail_allocation "$nth"
		send
		end_faults
		[ "$(failed_allocations)" -gt 0 ] || break
		failed=$((failed + 1))
	done
	step "$1: $failed allocations failed"
	total=$((total + failed))
	ping_all 5 "$gateway"
	upload 100000 "$gateway"
}

total=0
plug union-802-3
use_faults
go_online
fail_each 802.3
[ $total = 0 ] || use_up
unplug 0

plug raw-ip-hs
use_faults
use_raw_ip
go_online
fail_each "raw IP"
unplug 0

plug raw-ip-ss
use_faults
connect_muxes 1
fail_each mux
if [ "$QMI_DRIVER" != qmi_wwan ]; then
	aggregate_packets qmimux0 8192 32 2000
	fail_each "mux, aggregated"
fi
[ $total -gt 0 ] || fail "no allocation failed"
fact allocations $total
