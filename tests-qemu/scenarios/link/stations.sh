#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# 802.3: stations behind a bridge, a macvlan or a VLAN get their frames, whatever their address begins with
# Driver: rs
# Defect: D22 in 802.3 mode, stations behind a bridge or macvlan get nothing if their address begins with 0, 4 or 6
. "${0%/*}/../lib.sh"

# What a station's address may be: firmware makes some up that begin with a zero, and headers of IPv4 and IPv6 begin with a 4
# and a 6; the third and fourth octets of the former, and the last two of the latter, are as the lengths of packets.
addresses='00:11:22:33:44:55 02:11:22:33:44:55 0e:00:00:00:00:01 46:00:00:54:00:00 46:11:22:33:44:55 60:00:00:00:00:28
62:11:22:33:00:10 66:00:00:00:00:00 1e:11:22:33:44:55 a2:11:22:33:44:55'

there() {
	ip netns exec station "$@"
}

# try_station DEVICE ADDRESS: it becomes that of the station, which talks to the gateway.
try_station() {
	number=$((number + 1))
	ip link set "$1" address "$2" netns station
	there ip address add "10.64.0.$number/24" dev "$1"
	there ip link set "$1" up
	there ping -n -q -c 3 -i 0.1 -W $limit "$gateway" >/tmp/ping || fail "$2: $(grep received /tmp/ping)"
	expect_line '^3 packets transmitted, 3 received' cat /tmp/ping
}

# try_all KIND...: with a link of that kind above wwan0.
try_all() {
	for station in $addresses; do
		ip netns add station
		ip link add link wwan0 name eth0 type "$@"
		try_station eth0 "$station"
		ip netns delete station
		expect_gone /sys/class/net/eth0
	done
}

plug union-802-3
write 1 /proc/sys/net/ipv6/conf/all/disable_ipv6
go_online
ping_all 3 "$gateway"
number=10

step "macvlan"
try_all macvlan mode bridge
step "VLAN"
try_all vlan id 5
ping_all 3 "$gateway"

step "bridge"
ip link add name lan type bridge
ip link set lan up
ip link set wwan0 master lan
for station in $addresses; do
	ip netns add station
	ip link add name port type veth peer name eth0
	ip link set port master lan
	ip link set port up
	try_station eth0 "$station"
	ip netns delete station
	expect_gone /sys/class/net/port
done
ip link del lan

step "firmware that uses its own address for the host's, beside a station and a promiscuous listener"
unplug 0
plug bogus-destination
go_online
ip link set wwan0 promisc on
ping_all 3 "$gateway"
ip link add link wwan0 name eth0 type macvlan mode bridge
ip link set eth0 up
ping_all 3 "$gateway"
