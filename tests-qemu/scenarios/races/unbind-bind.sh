#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Either interface of a union is unbound through sysfs, and bound again
# Also: armhf
. "${0%/*}/../lib.sh"

driver=/sys/bus/usb/drivers/qmi_wwan
plug union-802-3
control=$(basename "$(readlink -f /sys/class/net/wwan0/device)")
data=$(find $driver -name '[0-9]*' ! -name "$control" -printf %f)

for side in "$control" "$data"; do
	step "unbind by $side"
	go_online
	ping_all 3 "$gateway"
	write "$side" $driver/unbind
	wait_until_gone 0
	expect_gone $driver/"$control" $driver/"$data"

	write "$control" $driver/bind
	wait_for_driver 0
	expect_there $driver/"$control" $driver/"$data"
done
go_online
ping_all 3 "$gateway"
