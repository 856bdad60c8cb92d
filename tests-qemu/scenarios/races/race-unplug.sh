#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem is plugged and unplugged under traffic, while processes use its port, its attributes and its mux devices
# Best: debug
# Also: kcsan
# Timeout: 1800
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/race.sh"

prepare_race
count=$(cases 300)
for cycle in $(seq "$count"); do
	arrive
	at_any_time "$cycle"
	depart
done
fact cycles "$count"
work_as_ever
