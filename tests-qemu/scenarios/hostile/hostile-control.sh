#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Wrong answers to control requests, and spurious notifications, have no effect on what follows
# Best: debug
# Also: arm64
# Timeout: 1800
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/hostile.sh"

# read_all: takes what comes from the port, however often that ends with an error.
read_all() {
	while [ -c /dev/cdc-wdm0 ]; do
		cat <&8 >/dev/null 2>&1 || :
	done
}

# exchange_until_well: sends requests until the modem has no wrong answer left.
exchange_until_well() {
	exec 8<>/dev/cdc-wdm0
	read_all &
	reader=$!
	until [ "$(grep -c '"event":"hostile"' /run/host/modem-1.log)" = $some ]; do
		for _ in 1 2 3 4 5; do
			ask_versions 2>/dev/null || :
		done
	done
	ask_host unplug 1
	wait $reader
	exec 8>&-
}

announce
count=$(cases 2000) some=20 first=0
while [ $first -lt "$count" ]; do
	step "cases $first to $((first + some - 1))"
	insert raw-ip-hs --hostile control --seed "$QMI_SEED" --case $first --cases $some
	wait_for_driver 0
	exchange_until_well
	wait_until_gone 0
	first=$((first + some))
done
fact answers "$count"
work_as_ever
