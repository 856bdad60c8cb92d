#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The module is unloaded and loaded under traffic, while processes use a modem; each second time the modem is unplugged, too
# Best: debug
# Also: kcsan
# Timeout: 1800
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/race.sh"

prepare_race
count=$(cases 100)
for cycle in $(seq "$count"); do
	arrive
	at_any_time "$cycle"
	if [ $((cycle % 2)) = 0 ]; then
		rmmod "$QMI_DRIVER"
		modprobe "$QMI_DRIVER"
		at_any_time $((cycle + 1))
		depart
	else
		rmmod "$QMI_DRIVER" &
		depart
		wait $! || fail "rmmod ended with status $?"
		modprobe "$QMI_DRIVER"
	fi
done
fact cycles "$count"
work_as_ever
