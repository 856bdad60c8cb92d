#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Who may read and write the devices and attributes: root, anybody, and the root of another user namespace
# Best: debug
. "${0%/*}/lib.sh"
. "${0%/*}/lib/mux.sh"

attributes='raw_ip add_mux del_mux pass_through'

# as_nobody COMMAND...: without any privilege.
as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"
}

# as_stranger COMMAND...: as root, with all capabilities, of a user and a network namespace of his own.
as_stranger() {
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
		unshare --user --map-root-user --net --mount "$@"
}

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
mkfifo -m 666 /tmp/ready
# shellcheck disable=SC2016 # its own process id
as_stranger sh -c 'echo $$ >/tmp/ready; exec sleep infinity' &
read -r stranger </tmp/ready
ip link set wwan0 netns "$stranger"
in_namespace() {
	nsenter --target "$stranger" --user --net --mount -- sh -c "mount -t sysfs sysfs /sys && $*"
}
expect '' in_namespace "echo 7 >$qmi_attributes/add_mux"
expect_line '^0x07$' in_namespace "cat $qmi_attributes/add_mux"
expect_line 'qmimux0@wwan0' in_namespace 'ip link show qmimux0'
expect_error 'Permission denied' in_namespace 'cat </dev/cdc-wdm0'
expect_gone /sys/class/net/qmimux0

step "and comes back"
kill "$stranger"
wait_for_driver 0
expect '0x07' cat $qmi_attributes/add_mux
go_online
ping_all 3 "$gateway"
