#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Modems with wrong descriptors are declined, or used and unplugged; a good modem works afterwards
# Best: debug
# Also: arm64
# Timeout: 1800
# Permits: NETDEV WATCHDOG: CPU: [0-9]+: transmit queue 0 timed out
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/hostile.sh"

# Each second one is on the other of the two buses, which the kernel serves side by side.
profiles='union-802-3 raw-ip-ss combined-802-3 raw-ip-ss'

# try_four: cases $next and following, in all ports, until they are gone: a device that takes the place of another is asked, in
# vain and for 5 s, whether it is the same, if it is at SuperSpeed.
try_four() {
	for profile in $profiles; do
		insert "$profile" --hostile descriptors --seed "$QMI_SEED" --case $next
		echo "$next $profile" >"/tmp/case.$port"
		next=$((next + 1))
	done
	plugged=4
	while [ $plugged -gt 0 ]; do
		next_event # sets $event, $device and $port
		case $event in
		bind) try_device ;;
		remove) plugged=$((plugged - 1)) ;;
		esac
	done
}

try_device() {
	read -r case profile <"/tmp/case.$port"
	use_device $((case ^ QMI_SEED))
	echo "case $case, $profile:${made:- nothing}"
	[ -z "$made" ] || bound=$((bound + 1))
	ask_host unplug "$port"
	exec 8>&-
}

announce
stop_udev
count=$(cases 1200)
watch_devices

next=0 bound=0
while [ $next -lt "$count" ]; do
	try_four
done
fact plugs "$count"
fact bound $bound
[ $bound -gt $((count / 5)) ] || fail "only $bound of $count were bound: the modems are too wrong to test the driver"

work_as_ever
