#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# CDC unions that name an absent, a foreign or the same interface do no harm, and a good modem works afterwards
# Also: arm64
. "${0%/*}/../lib.sh"

for profile in bogus-union-absent bogus-union-foreign bogus-union-self; do
	step $profile
	insert $profile
	wait_for_interface 4
	udevadm settle --timeout=$limit
	ask_host unplug "$port"
	wait_until_gone 0
done

step "a good modem"
plug union-802-3
go_online
ping_all 5 "$gateway"
