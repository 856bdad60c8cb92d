#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Other devices above wwan0 are not taken for mux devices; the C driver reads, and frees, their private data
# Driver: rs
# Defect: D3 every device above wwan0 is taken for a mux device: foreign private data is read, and freed
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# harmless ID...: only these ids are there, and none that another device might be taken for.
harmless() {
	expect "$(printf '%s\n' "$@")" cat $qmi_attributes/add_mux
	for id in 0 5 100 200; do
		expect_error 'Invalid argument' write $id $qmi_attributes/del_mux
	done
}

step "802.3: VLAN, macvlan, bridge"
plug union-802-3
go_online
for kind in 'vlan id 5' macvlan; do
	# shellcheck disable=SC2086 # words of a command
	ip link add link wwan0 name other type $kind
	ip link set other up
	harmless
	ping_all 3 "$gateway"
	ip link del other
done
ip link add name other type bridge
ip link set other up
ip link set wwan0 master other
harmless
ip link set wwan0 nomaster
ip link del other
ping_all 3 "$gateway"

step "unplugged from under a VLAN and a macvlan"
ip link add link wwan0 name vlan type vlan id 5
ip link add link wwan0 name macvlan type macvlan
unplug 0
expect_gone /sys/class/net/vlan /sys/class/net/macvlan

step "raw IP: a VRF, and mux devices beside it"
plug raw-ip-hs
use_qmap
ip link add name other type vrf table 10
ip link set other up
ip link set wwan0 master other
harmless
add_mux 1
add_mux 2
harmless 0x01 0x02
start_mux 1
ping_all 3 "$gateway"
write 2 $qmi_attributes/del_mux
harmless 0x01
ping_all 3 "$gateway"
unplug 0
expect_gone /sys/class/net/qmimux0
expect_there /sys/class/net/other
ip link del other
