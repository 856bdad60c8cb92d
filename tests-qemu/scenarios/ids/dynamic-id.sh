#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# new_id has the driver bind an unknown modem, with or without the DTR quirk of a known one
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/dtr.sh"

driver=/sys/bus/usb/drivers/qmi_wwan
modprobe --ignore-install "$QMI_DRIVER"
insert raw-ip-hs --alias 'usb:v1D6Bp0104d*dc*dsc*dp*icFEisc01ip01in*'
wait_for_interface 4
name=$(basename "$interface")
expect_gone "$interface/driver" /dev/cdc-wdm0

step "like the one that the id refers to, which needs DTR"
write '1d6b 0104 fe 2c7c 0125' $driver/new_id
wait_for_driver 0
expect_line '^1d6b 0104 fe' cat $driver/new_id
expect '1 ' dtr_values
go_online
ping_all 5 "$gateway"

step "the id is removed"
write '1d6b 0104' $driver/remove_id
expect '' cat $driver/remove_id
write "$name" $driver/unbind
wait_until_gone 0
expect_error 'No such device' write "$name" $driver/bind
expect_line '^1 (0 )?$' dtr_values # our driver takes it back

step "like no other"
write '1d6b 0104 fe' $driver/new_id
wait_for_driver 0
expect_line '^1 (0 )?$' dtr_values # our driver takes it back
expect_error 'Invalid argument' write 'modem' $driver/new_id
