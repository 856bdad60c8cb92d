#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Transfers in either direction stall or fail, once or for seconds: traffic resumes, and the host does not spin meanwhile
# Also: kcsan arm64
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"

# order_failures PIPE FAILURE COUNT: of the modem's next transfers.
order_failures() {
	echo "$*" | socat -u - "UDP-SENDTO:$gateway:22"
}

# failures STATUS: how many transfers have failed so.
failures() {
	modem_log "\"event\":\"failure\",.*\"status\":\"$1\"" "$port" | wc -l
}

have_failed() {
	[ "$(failures "$1")" -ge "$2" ]
}

# cleared: how many halts the host has cleared.
cleared() {
	modem_log '"name":"CLEAR_FEATURE","request_type":2,.*"value":0,' "$port" | wc -l
}

has_cleared() {
	[ "$(cleared)" -gt "$1" ]
}

# recovers: traffic is as ever.
recovers() {
	wait_until "a ping" works
	ping_all 5 "$gateway"
	download 100000 "$gateway"
	upload 100000 "$gateway"
}

# fail_now_and_then: each failure of each pipe, a few times.
fail_now_and_then() {
	for failure in stall error babble; do
		for pipe in in out; do
			[ $pipe,$failure != out,babble ] || continue
			for count in ${QMI_FULL:+1} 3; do
				step "$layer: $pipe, $failure, $count times"
				halts=$(cleared)
				wanted=$(($(failures $failure) + count))
				order_failures $pipe $failure "$count"
				# What fails takes a packet with it, and to fail there must be some.
				until have_failed $failure $wanted; do
					works || :
				done
				[ $failure != stall ] || wait_until "the halt to be cleared" has_cleared "$halts"
				recovers
			done
		done
	done
}

# fail_for_seconds: the host tries again, but not as fast as it can, and it does not fill the log.
fail_for_seconds() {
	for failure in stall error babble; do
		step "$layer: in, $failure, for 3 s"
		before=$(failures $failure)
		halts=$(cleared)
		logged=$(kernel_log | wc -l)
		errors=$(cat /sys/class/net/wwan0/statistics/rx_errors)
		order_failures in $failure 1000000
		sleep 3
		# Only what is sent can arrive.
		order_failures in $failure 0
		recovers
		tries=$(($(failures $failure) - before))
		logged=$(($(kernel_log | wc -l) - logged))
		halts=$(($(cleared) - halts))
		step "$tries tries, $halts halts cleared, $logged lines logged"
		[ $tries -gt 0 ] || fail "no transfer has failed"
		# The emulated controller tries again by itself: what counts is how often the driver learns of it, and it waits after errors.
		errors=$(($(cat /sys/class/net/wwan0/statistics/rx_errors) - errors))
		[ $errors -le 10000 ] || fail "$errors errors in 3 s"
		[ $logged -le 100 ] || fail "$logged lines were logged"
	done
}

# fail_notifications: packets pass meanwhile, and QMI goes on after errors. cdc-wdm leaves a halted endpoint as it is, so that comes
# last.
fail_notifications() {
	exec 7<>/dev/cdc-wdm0
	for failure in error babble stall; do
		step "$layer: notifications, $failure"
		wanted=$(($(failures $failure) + 1))
		order_failures interrupt $failure 1
		wait_until "the failure" have_failed $failure $wanted
		recovers
		[ $failure = stall ] || show qmi --dms-get-manufacturer
	done
	exec 7>&-
}

plug_flooder raw-ip-hs
layer="raw IP"
use_raw_ip
go_online
fail_now_and_then
fail_for_seconds
fail_notifications
unplug 0

plug_flooder raw-ip-ss
layer=QMAP
connect_muxes 1
fail_now_and_then
fail_for_seconds
fail_notifications
