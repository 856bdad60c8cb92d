#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Two modems that report the same hardware address work side by side
# Full: yes
. "${0%/*}/../lib.sh"

plug union-802-3
plug union-802-3 1
expect "$(cat /sys/class/net/wwan0/address)" cat /sys/class/net/wwan1/address
go_online 0
first=$gateway
go_online 1
second=$gateway
for gateway in "$first" "$second"; do
	ping_all 3 "$gateway"
	upload 100000 "$gateway"
done
unplug 0
ping_all 3 "$second"
