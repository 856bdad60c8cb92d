#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Transfers that are longer than the host has asked for (babble) are counted as errors, and what comes after them arrives
# Timeout: 300
. "${0%/*}/lib.sh"
. "${0%/*}/lib/mux.sh"

# overlong BYTES: a transfer of so many zeros.
overlong() {
	head -c "$1" /dev/zero | socat -u -b 65536 - "UDP-SENDTO:$gateway:5"
}

babbles() {
	modem_log '"direction":"in",.*"status":"babble"' "$port" | wc -l
}

# transfers: to the host so far.
transfers() {
	modem_log '"bulk","direction":"in"' "$port" | wc -l
}

has_sent() {
	[ "$(transfers)" -gt "$before" ]
}

# answered: QEMU may lose what comes right behind a babble.
answered() {
	ping -n -q -c 1 -W 1 "$gateway" >/dev/null
}

errors_are_counted() {
	[ $(($(cat /sys/class/net/wwan0/statistics/rx_errors) - errors)) -ge $(($(babbles) - babbled)) ]
}

# try_lengths BYTES...
try_lengths() {
	errors=$(cat /sys/class/net/wwan0/statistics/rx_errors)
	babbled=$(babbles)
	for length; do
		before=$(transfers)
		overlong "$length"
		wait_until "the transfer" has_sent
		wait_until "a ping" answered
	done
	step "$layer: $(($(babbles) - babbled)) of $# were longer than the host has room for"
	wait_until "errors to be counted" errors_are_counted
	ping_all 5 "$gateway"
	download 100000 "$gateway"
}

layer=802.3
plug union-802-3
go_online
ping_all 1 "$gateway"
try_lengths 1515 1600 2049 4000 9001 20001 20001 20001
unplug 0

layer="raw IP"
plug raw-ip-hs
use_raw_ip
go_online
try_lengths 1515 1600 2049 4000 9001 20001 20001 20001
unplug 0

layer=QMAP
plug raw-ip-ss
use_qmap
add_mux 1
start_mux 1
try_lengths 16385 17001 20001 40001 60001
