#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Two modems of different kinds work at a time; one is unplugged, and the other works on
. "${0%/*}/../lib.sh"

plug raw-ip-hs 0
plug union-802-3 1
go_online 0
first=$gateway
go_online 1
second=$gateway
[ "$first" != "$second" ] || fail "both modems have the gateway $first"
ping_all 5 "$first"
ping_all 5 "$second"

unplug 0
ping_all 5 "$second"
plug raw-ip-hs 0
go_online 0
ping_all 5 "$first"
ping_all 5 "$second"
