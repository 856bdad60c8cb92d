#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The network device works under another name and in another network namespace, and returns when that is deleted
. "${0%/*}/../lib.sh"

plug raw-ip-hs
use_raw_ip
go_online
ping_all 3 "$gateway"

step "renamed"
ip link set wwan0 down
ip link set wwan0 name cell
ip link set cell up
expect Y cat /sys/class/net/cell/qmi/raw_ip
expect_line '^driver: qmi_wwan$' ethtool -i cell
ip address replace "$address/30" dev cell
ping_all 3 "$gateway"

step "moved"
ip netns add other
there() {
	ip netns exec other "$@"
}
ip link set cell netns other
expect_gone /sys/class/net/cell
there ip address add "$address/30" dev cell
there ip link set cell up
expect_line ' 3 received' there ping -n -c 3 -i 0.1 -W $limit "$gateway"
expect_error 'Device or resource busy' there sh -c '/usr/bin/printf N >/sys/class/net/cell/qmi/raw_ip'
there sh -c 'printf 1 >/sys/class/net/cell/qmi/add_mux'
expect_line '^[0-9]+: qmimux0' there ip link show qmimux0
expect_line Manufacturer qmi --dms-get-manufacturer

step "the namespace goes"
ip netns delete other
udevadm wait --timeout=$limit --settle /sys/class/net/cell
expect_line '^[0-9]+: qmimux0' ip link show qmimux0

step "pulled out while in another one"
ip netns add other
ip link set cell netns other
unplug 0
expect_gone /sys/class/net/qmimux0
expect_line '^lo$' there ls /sys/class/net
