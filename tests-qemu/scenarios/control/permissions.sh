#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Root, other users, and root of another user namespace may read and write what security.md says
# Best: debug
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"
. "${0%/*}/../lib/users.sh"

attributes='raw_ip add_mux del_mux pass_through'

offer_pass_through
plug raw-ip-hs

step "modes and owners"
for attribute in $attributes; do
	expect '644 0 0' stat -c "%a %u %g" "$qmi_attributes/$attribute"
done
expect '600 0 0' stat -c '%a %u %g' /dev/cdc-wdm0

step "anybody reads the attributes, which tell nothing else"
expect 'N' as_nobody cat $qmi_attributes/raw_ip
expect 'N' as_nobody cat $qmi_attributes/pass_through
write Y $qmi_attributes/raw_ip
for id in 1 254; do
	add_mux $id
done
for attribute in add_mux del_mux; do
	expect '0x01
0xfe' as_nobody cat "$qmi_attributes/$attribute"
done
expect 0x01 as_nobody cat /sys/class/net/qmimux0/qmap/mux_id

for user in as_nobody as_stranger; do
	step "$user writes nothing, and has no QMI"
	for attribute in $attributes; do
		expect_error 'Permission denied' $user sh -c "echo 1 >$qmi_attributes/$attribute"
	done
	expect_error 'Permission denied' $user sh -c 'cat </dev/cdc-wdm0'
done
expect_error 'Operation not permitted' as_nobody ip link set wwan0 mtu 1400
expect_error 'Cannot find device' as_stranger ip link set wwan0 mtu 1400
expect_error 'Device "qmimux0" does not exist' as_stranger ip link show qmimux0

step "a device that was given away belongs to that namespace, with its attributes; QMI stays"
for id in 1 254; do
	write $id $qmi_attributes/del_mux
done
begin_stranger
ip link set wwan0 netns "$stranger"
expect '' as_that_stranger "echo 7 >$qmi_attributes/add_mux"
expect_line '^0x07$' as_that_stranger "cat $qmi_attributes/add_mux"
expect_line 'qmimux0@wwan0' as_that_stranger 'ip link show qmimux0'
expect_error 'Permission denied' as_that_stranger 'cat </dev/cdc-wdm0'
expect_gone /sys/class/net/qmimux0

step "and comes back"
end_stranger
wait_for_driver 0
expect '0x07' cat $qmi_attributes/add_mux
go_online
ping_all 3 "$gateway"
