#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Modems that are unplugged at any request leave nothing behind, and work when they stay
# Best: debug
# Also: arm64
# Timeout: 1800
# Permits: NETDEV WATCHDOG: CPU: [0-9]+: transmit queue 0 timed out
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/hostile.sh"

# use_until_gone: uses port and link of $device again and again: each time that is all kinds of requests.
use_until_gone() {
	follow_device || return 0
	round=0
	while still_there; do
		for file in "$device:"*/net/*; do
			try $((round & 1)) "$file/qmi/raw_ip"
			set_link up "$file"
		done
		ask_ports
		for file in "$device:"*/net/*; do
			set_link down "$file"
		done
		round=$((round + 1))
	done
}

# has_come_to_stay: whether the modem in $port will not go any more.
has_come_to_stay() {
	grep -q '"event":"staying"' "/run/host/modem-$port.log"
}

announce
stop_udev
count=$(cases 300)
watch_devices
first=0
for profile in raw-ip-hs raw-ip-ss; do
	insert $profile --hostile presence --seed "$QMI_SEED" --case $first --cases $((count / 2))
	first=$((first + count / 2))
done
staying=0 ready=0
while [ $staying -lt 2 ]; do
	next_event
	if [ "$event" = remove ]; then
		continue
	elif has_come_to_stay; then
		staying=$((staying + 1))
	else
		ready=$((ready + 1))
		(use_until_gone) 2>/dev/null &
	fi
done
fact departures "$first"
fact used $ready
work_as_ever
