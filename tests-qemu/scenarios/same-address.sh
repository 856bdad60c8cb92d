#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Two modems that report the same hardware address work side by side
. "${0%/*}/lib.sh"

plug union-802-3
plug union-802-3 1
expect "$(cat /sys/class/net/wwan0/address)" cat /sys/class/net/wwan1/address
for modem in 0 1; do
	go_online $modem
	ping_all 3 "$gateway"
	eval "gateway$modem=\$gateway"
done
ping_all 3 "$gateway0"
upload 100000 "$gateway0"
upload 100000 "$gateway1"
unplug 0
ping_all 3 "$gateway1"
