#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A router with a modem: NAT with a flowtable, and shaping of both directions, by ifb for ingress
# Timeout: 300
# Full: yes
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

there() {
	ip netns exec lan "$@"
}

# open_lan: a namespace behind a veth, whose default route is this machine.
open_lan() {
	ip netns add lan
	ip link add name lan0 type veth peer name eth0 netns lan
	ip address add 192.168.1.1/24 dev lan0
	ip link set lan0 up
	there ip address add 192.168.1.2/24 dev eth0
	there ip link set eth0 up
	there ip route add default via 192.168.1.1
	write 1 /proc/sys/net/ipv4/ip_forward
}

# route_by DEVICE: NAT, and a flowtable for connections.
route_by() {
	nft -f - <<-END
		table inet router {
			flowtable fast { hook ingress priority 0; devices = { lan0, $1 }; }
			chain forward {
				type filter hook forward priority 0
				ct state established flow add @fast
			}
			chain postrouting {
				type nat hook postrouting priority 100
				oifname $1 masquerade
			}
		}
	END
}

# traffic: of the station in the LAN.
traffic() {
	there ping -n -q -c 5 -i 0.1 -W $limit "$gateway" >/tmp/ping || fail "$(grep received /tmp/ping)"
	expect_line '^5 packets transmitted, 5 received' cat /tmp/ping
	head -c 500000 /dev/urandom >/tmp/sent
	expect "$(checksum /tmp/sent)" there sh -c "socat -t $limit - TCP:$gateway:9 </tmp/sent"
	expect 500000 there sh -c "echo 500000 | socat -t $limit - TCP:$gateway:19 | wc -c"
}

# retransmitted: segments that the station has sent again.
retransmitted() {
	there nstat -asz TcpRetransSegs | sed -n 's/^TcpRetransSegs *\([0-9]*\).*/\1/p'
}

# shape DEVICE: what it sends, and by ifb what it receives.
shape() {
	ip link add name ifb0 type ifb
	ip link set ifb0 up
	tc qdisc add dev "$1" root tbf rate 20mbit burst 20kb latency 100ms
	tc qdisc add dev "$1" clsact
	tc filter add dev "$1" ingress matchall action mirred egress redirect dev ifb0
	tc qdisc add dev ifb0 root fq_codel
}

for kind in 802.3 raw-ip mux; do
	case $kind in
	802.3) plug union-802-3 ;;
	*) plug raw-ip-ss ;;
	esac
	uplink=wwan0
	case $kind in
	802.3) go_online ;;
	raw-ip)
		use_raw_ip
		go_online
		;;
	mux)
		use_qmap
		add_mux 1
		start_mux 1
		uplink=qmimux0
		;;
	esac
	step "$kind: NAT and a flowtable"
	open_lan
	route_by $uplink
	traffic
	# TCP gets through whatever is lost. Nothing is, but a slow machine may make it impatient.
	[ "$(retransmitted)" -lt 30 ] || fail "$(retransmitted) segments were sent again"
	step "$kind: shaped"
	shape $uplink
	traffic
	[ "$(tc -s qdisc show dev ifb0 | sed -n 's/.* \([0-9]*\) pkt .*/\1/p' | head -n 1)" -gt 300 ] || fail "ifb0 has seen nothing"
	nft flush ruleset
	ip link del ifb0
	ip netns delete lan
	expect_gone /sys/class/net/lan0
	unplug 0
done
