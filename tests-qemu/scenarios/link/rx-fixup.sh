#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# 802.3 firmware that sends bare IP packets, or frames to a bogus address, works
# Also: arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"

for profile in bare-ip bogus-destination; do
	step $profile
	plug $profile
	go_online
	ping_all 5 "$gateway"
	unplug 0
done
