#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem takes nothing for a while: the watchdog ends transfers, and traffic goes on
# Also: arm64 arm64-16k
# Timeout: 300
# Permits: NETDEV WATCHDOG|transmit queue 0 timed out
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# fall_silent: the modem leaves the next transfer from the host without an answer, and with it all that come behind.
fall_silent() {
	echo "out silence 1" | socat -u - "UDP-SENDTO:$gateway:22"
}

# timed_out COUNT: so often since wwan0 is there.
timed_out() {
	[ "$(cat /sys/class/net/wwan0/queues/tx-0/tx_timeout)" -ge "$1" ]
}

# recovers: after the queue was full.
recovers() {
	given_up=$(($(cat /sys/class/net/wwan0/queues/tx-0/tx_timeout) + 1))
	fall_silent
	ping -n -q -f -c 2000 -W 1 "$gateway" >/dev/null 2>&1 || :
	wait_until "the watchdog" timed_out $given_up
	wait_until "a ping" works
	ping_all 5 "$gateway"
	upload 100000 "$gateway"
}

step "raw IP"
plug raw-ip-hs
use_raw_ip
go_online
recovers
ip link set wwan0 down
ip link set wwan0 up
ip address replace "$address/30" dev wwan0
ping_all 3 "$gateway"
unplug 0

step "QMAP"
plug raw-ip-ss
connect_muxes 1
recovers

step "pulled out while it is silent"
fall_silent
ping -n -q -f -c 300 -W 1 "$gateway" >/dev/null 2>&1 || :
unplug 0
