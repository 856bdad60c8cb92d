#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A mux device: which mux ids are accepted, its attributes, and how it follows wwan0
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

plug raw-ip-hs
for file in add_mux del_mux; do
	expect '' cat $qmi_attributes/$file
	expect 644 stat -c %a $qmi_attributes/$file
done

step "ids"
for id in 0 255 256 -1 x 0x 1x; do
	expect_error 'Invalid argument' write "$id" $qmi_attributes/add_mux
	expect_error 'Invalid argument' write "$id" $qmi_attributes/del_mux
done
for id in 0x0a 11 014 0XFE; do
	write "$id" $qmi_attributes/add_mux
done
expect '0x0a
0x0b
0x0c
0xfe' sort $qmi_attributes/add_mux
expect_error 'Invalid argument' write 10 $qmi_attributes/add_mux
expect_error 'Invalid argument' write 1 $qmi_attributes/del_mux
write 0xa $qmi_attributes/del_mux
expect_error 'Invalid argument' write 10 $qmi_attributes/del_mux
expect_gone /sys/class/net/qmimux0

step "a device"
for id in 0x0b 0x0c 0xfe; do
	write $id $qmi_attributes/del_mux
done
use_qmap
ip link set wwan0 down
add_mux 1
mux=/sys/class/net/qmimux0
expect 1500 cat $mux/mtu
expect 65534 cat $mux/type # ARPHRD_NONE
expect 0 cat $mux/addr_len
expect_line '<POINTOPOINT,(MULTICAST|NOARP),(MULTICAST|NOARP)' ip link show qmimux0
expect_error 'Permission denied' write 2 $mux/qmap/mux_id

step "not up before wwan0"
expect_error 'Network is down' ip link set qmimux0 up
ip link set wwan0 up
start_mux 1
ping_all 5 "$gateway"

step "back when wwan0 is"
ip link set wwan0 down
expect_there $mux
expect_line "$address" ip address show dev qmimux0
ip link set wwan0 up
ping_all 5 "$gateway"

step "all go with the modem"
add_mux 2
add_mux 3
unplug 0
expect_gone $mux /sys/class/net/qmimux1 /sys/class/net/qmimux2
