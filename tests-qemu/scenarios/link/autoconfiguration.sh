#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The host configures itself: DHCP in 802.3 mode, and IPv6 by router advertisements in each link layer
# Also: arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

cat >/tmp/on-lease <<'END'
#!/bin/sh
[ "$1" != bound ] || { ip address replace "$ip/$mask" dev "$interface" && ip route replace default via "$router"; }
END
chmod +x /tmp/on-lease

# has_address DEVICE: a global one of IPv6, and the default route.
has_address() {
	ip -6 address show dev "$1" scope global | grep -q inet6 && ip -6 route show default dev "$1" | grep -q fe80::1
}

# advertised DEVICE: it asks for routers when it comes up, and is told.
advertised() {
	ip link set "$1" down
	write 0 "/proc/sys/net/ipv6/conf/$1/disable_ipv6"
	ip link set "$1" up
	wait_until "an IPv6 address of $1" has_address "$1"
	ping_all 3 2001:db8:1::1
}

step "802.3: DHCP"
insert union-802-3 --router-advertisements
wait_for_driver 0
go_online
ip address flush dev wwan0
busybox udhcpc -i wwan0 -f -q -n -t 10 -s /tmp/on-lease >/tmp/udhcpc 2>&1 || fail "$(tail -n 1 /tmp/udhcpc)"
expect_line "inet $address/30" ip address show dev wwan0
ping_all 3 192.0.2.1
unplug 0

for profile in union-802-3 raw-ip-hs; do
	step "$profile: IPv6"
	insert $profile --router-advertisements
	wait_for_driver 0
	[ $profile = union-802-3 ] || use_raw_ip
	go_online 0 6
	ip -6 address flush dev wwan0 scope global
	advertised wwan0
	unplug 0
done

step "QMAP: IPv6 of a channel"
insert raw-ip-ss --router-advertisements
wait_for_driver 0
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
use_qmap
write 1 $qmi_attributes/add_mux
start_mux 1 6
ip -6 address flush dev qmimux0 scope global
advertised qmimux0
