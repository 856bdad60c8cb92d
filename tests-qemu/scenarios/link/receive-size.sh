#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Full packets are received at any MTU of wwan0: over QMAP at the default, in raw IP and 802.3 at a lower one
# Driver: rs
# Also: arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"

# arrives COUNT SIZE: so many packets of that size from the modem come to a socket.
arrives() {
	hear
	send_packets "$1" "$2" $unread
	end_hearing $(($1 * ($2 - 28)))
}

# full_packets: to the modem and back, at the MTU of the device.
full_packets() {
	ping -n -q -c 4 -i 0.1 -s 1472 -M 'do' -W $limit "$gateway" >/tmp/ping || fail "$(grep received /tmp/ping)"
	expect_line '^4 packets transmitted, 4 received' cat /tmp/ping
	download 100000 "$gateway"
}

for version in 1 4 5; do
	step "QMAPv$version, MTUs as they are"
	plug_flooder raw-ip-ss
	size=1512 # one packet, with all that a version adds
	negotiate_qmap $version 1
	write Y $qmi_attributes/raw_ip
	[ $version = 1 ] || ethtool --set-priv-flags wwan0 qmap-v$version on
	ip link set wwan0 up
	add_mux 1
	start_mux 1
	for device in wwan0 qmimux0; do
		expect 1500 cat /sys/class/net/$device/mtu
	done
	full_packets
	unplug 0
done

for profile in raw-ip-hs raw-ip-ss union-802-3; do
	plug_flooder $profile
	[ $profile = union-802-3 ] || use_raw_ip
	go_online
	full_packets
	for mtu in 1280 576; do
		step "$profile, MTU $mtu"
		ip link set wwan0 mtu $mtu
		arrives 20 1500
		ip link set wwan0 down
		ip link set wwan0 up
		ip address replace "$address/30" dev wwan0
		arrives 20 1500
		ping_all 3 "$gateway"
	done
	unplug 0
done
