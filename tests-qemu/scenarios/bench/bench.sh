#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What `make bench` measures: the host tells, step by step, which link to set up and which traffic to send over it
# Timeout: 3600
#
# Not one of the scenarios of `make test`. Each step is this script again, so that one that fails costs no other.
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/rmnet.sh"

traffic=/tmp/traffic
rmnet_options=
# Of qmi-modem.
measured='--bursts --patient'
# Of the network behind the card, whose addresses are others than the modem's.
card_unit=8
card=eth0
card_client=10.64.$card_unit.1
tcp_memory=/proc/sys/net/ipv4/tcp_rmem
aggregation='tx-aggr-max-bytes 16384 tx-aggr-max-frames 32 tx-aggr-time-usecs 2000'

# prepare: what is the same for all links. No datagram may be lost, for want of buffers or because it waited for long.
prepare() {
	cp /run/host/traffic $traffic
	write 33554432 /proc/sys/net/core/rmem_max
	write 33554432 /proc/sys/net/core/rmem_default
	write 10000 /proc/sys/net/core/netdev_max_backlog
	write pfifo_fast /proc/sys/net/core/default_qdisc
	write '0 0' /proc/sys/net/ipv4/ping_group_range
	write 0 /proc/sys/net/ipv6/conf/default/router_solicitations
	write 0 /proc/sys/kernel/kptr_restrict
}

# link NAME WITH: sets a link up, with `driver`, `rmnet` or `card`. Udev's workers would end seconds later, in the midst of what is
# counted: it ends them when it reloads its rules.
link() {
	: >/tmp/gateways-4
	: >/tmp/gateways-6
	close_router
	case $2 in
	card) set_up_card ;;
	*) set_up_modem "$1" "$2" ;;
	esac
	tell_symbols
	udevadm settle --timeout=$limit
	udevadm control --reload
}

set_up_card() {
	modprobe virtio_net
	# shellcheck disable=SC2086
	ask_host card $measured --unit $card_unit
	udevadm wait --timeout=$limit --initialized=no /sys/class/net/$card
	echo $card >/tmp/lower
	give_addresses $card 0 $card_unit
}

set_up_modem() {
	ask_host unplug all
	[ ! -e /sys/class/net/wwan0 ] || wait_until_gone 0
	# shellcheck disable=SC2086
	insert /src/tests-qemu/bench/modem.toml --count-bulk $measured
	wait_for_driver 0
	echo wwan0 >/tmp/lower
	case $1 in
	802.3)
		# A random address may look like an IP header, which the C driver takes for one.
		ip link set wwan0 address 02:00:00:00:00:02
		ip link set wwan0 up
		;;
	raw-ip)
		use_raw_ip
		write Y $qmi_attributes/raw_ip
		ip link set wwan0 up
		;;
	*-v5) use_mux "$2" 5 ;;
	qmap-*) use_mux "$2" 1 ;;
	esac
	device=wwan0
	case $1 in
	802.3 | raw-ip) start_sessions wwan0 0 ;;
	qmap-4) set_up_mux "$2" 1 2 3 4 ;;
	*) set_up_mux "$2" 1 ;;
	esac
	echo "$device" >/tmp/device
	case $1 in
	*-aggregated)
		# shellcheck disable=SC2086
		said=$(ethtool -C "$device" $aggregation 2>&1) || fail "ethtool -C $device: $said"
		;;
	esac
}

# use_mux WITH VERSION: aggregates of this version of QMAP, for the driver or for rmnet.
use_mux() {
	case $1 in
	driver) use_qmap "$2" 32 ;;
	rmnet)
		size=16384
		negotiate_qmap "$2" 32
		ip link set wwan0 mtu $size
		write Y $qmi_attributes/raw_ip
		write Y $qmi_attributes/pass_through
		ip link set wwan0 up
		case $2 in
		5) rmnet_options='ingress-mapv5-checksum on egress-mapv5-checksum on' ;;
		esac
		;;
	esac
}

# set_up_mux WITH ID...
set_up_mux() {
	with=$1
	shift
	for id; do
		case $with in
		rmnet)
			device=rmnet$id
			# shellcheck disable=SC2086
			ip link add link wwan0 name "$device" type rmnet mux_id "$id" $rmnet_options
			;;
		*)
			write "$id" $qmi_attributes/add_mux
			device=$(mux_device "$id")
			;;
		esac
		ip link set "$device" mtu 1500
		start_sessions "$device" "$id"
	done
}

# start_sessions DEVICE MUX: one of each family.
start_sessions() {
	for family in 4 6; do
		start_session $family "$2"
	done
	give_addresses "$1" "$2"
}

# start_session FAMILY MUX
start_session() {
	client=$(qmi --wds-noop --client-no-release-cid | sed -n "s/.*CID: '\([0-9]*\)'.*/\1/p")
	[ -n "$client" ] || fail "qmicli told no client id"
	interface=$(printf '%d' "0x$(cat /sys/class/net/wwan0/device/bInterfaceNumber)")
	[ "$2" = 0 ] || wds "$client" bind-mux-data-port="mux-id=$2,ep-type=hsusb,ep-iface-number=$interface"
	wds "$client" set-ip-family="$1"
	wds "$client" start-network=apn=internet
}

# wds CLIENT ACTION
wds() {
	said=$(qmi --client-cid="$1" --client-no-release-cid --wds-"$2" 2>&1) || fail "--wds-$2: $said"
}

# give_addresses DEVICE MUX [UNIT]: those that the modem of this number (0) gives, without asking.
give_addresses() {
	ip link set "$1" txqueuelen 10000 up
	net=10.$((64 + $2)).${3-0}
	prefix=2001:db8:64:$(printf '%02x%02x' "$2" "${3-0}"):
	ip address add "$net.2/30" dev "$1"
	ip address add "$prefix:2/64" nodad dev "$1"
	echo "$net.1" >>/tmp/gateways-4
	echo "$prefix:1" >>/tmp/gateways-6
}

# tell_symbols: the kernel's, whenever there are other modules than before.
tell_symbols() {
	cut -d ' ' -f 1 /proc/modules | sort >/tmp/modules
	! cmp -s /tmp/modules /tmp/modules-told || return 0
	cat /proc/kallsyms >/dev/virtio-ports/symbols
	ask_host symbols
	mv /tmp/modules /tmp/modules-told
}

# traffic FAMILY ARGUMENTS
traffic() {
	gateways=/tmp/gateways-$1
	shift
	# shellcheck disable=SC2046
	$traffic "$@" $(cat "$gateways") <&3 >&3
}

# threaded FAMILY ARGUMENTS: traffic, while a thread of its own polls the modem.
threaded() {
	write 1 /sys/class/net/wwan0/threaded || fail "wwan0 has no NAPI that could have a thread"
	trap 'write 0 /sys/class/net/wwan0/threaded' EXIT
	traffic "$@"
}

# steered FAMILY ARGUMENTS: traffic, while packets are steered to a processor by their flow, which is always the only one.
steered() {
	queue=/sys/class/net/$(cat /tmp/device)/queues/rx-0/rps_cpus
	write 1 "$queue"
	trap 'write 0 "$queue"' EXIT
	traffic "$@"
}

# forward FILTER OFFLOADS DIRECTION COUNT: TCP through this guest, between a client behind the card and one behind the modem.
# FILTER is masquerade or flowtable; OFFLOADS, of the card, on or off.
forward() {
	trap close_router EXIT
	open_router "$1" "$2"
	tell_symbols
	$traffic "forward-$3" --count "$4" $card_client "$(cat /tmp/gateways-4)" <&3 >&3
}

# open_router FILTER OFFLOADS
open_router() {
	device=$(cat /tmp/device)
	modprobe e1000e
	udevadm wait --timeout=$limit --initialized=no /sys/class/net/$card
	# shellcheck disable=SC2086
	[ -e /tmp/card ] || ask_host card $measured --prompt --unit $card_unit
	: >/tmp/card
	for offload in sg tx rx tso; do
		said=$(ethtool -K $card $offload "$2" 2>&1) || fail "ethtool -K $card: $said"
	done
	ip link set $card up
	ip address replace ${card_client%.*}.2/30 dev $card
	wait_for_value 1 /sys/class/net/$card/carrier
	flowtable=
	offload=
	if [ "$1" = flowtable ]; then
		flowtable="flowtable fast { hook ingress priority 0; devices = { $card, $device }; }"
		offload='ct state established flow add @fast'
	fi
	nft -f - <<-END
		table inet router {
			$flowtable
			chain forward {
				type filter hook forward priority 0
				$offload
				ct state established,related accept
				iifname $card accept
				drop
			}
			chain postrouting {
				type nat hook postrouting priority 100
				oifname $device masquerade
			}
		}
	END
	write 1 /proc/sys/net/ipv4/ip_forward
}

# close_router: takes back what costs anything.
close_router() {
	[ -e /tmp/card ] || return 0
	write 0 /proc/sys/net/ipv4/ip_forward
	nft flush ruleset
	ip link set $card down
}

# memory COUNT: what the kernel has in use at most during a download, more than before the link was up, in KiB: the least of
# several peaks, for what differs is only how many free objects processors keep, which count as in use. A short window bounds
# what waits for the reader, which is slow because it looks at the memory.
memory() {
	window=$(cat $tcp_memory)
	write '4096 65536 65536' $tcp_memory
	for round in 1 2 3 4 5; do
		peak "$1"
	done | sort -n >/tmp/peaks
	write "$window" $tcp_memory
	xargs </tmp/peaks
	ask_host memory "$(head -n 1 /tmp/peaks)"
}

# peak COUNT: that of one time.
peak() {
	lower=$(cat /tmp/lower)
	ip link set "$lower" down
	take_back_free_memory
	before=$($traffic in-use)
	ip link set "$lower" up
	# shellcheck disable=SC2046
	most=$($traffic memory --count "$1" $(cat /tmp/gateways-4))
	echo $((most - before))
}

# take_back_free_memory: what was freed but counts as in use, because caches of objects and processors hold it.
take_back_free_memory() {
	for cache in /sys/kernel/slab/*; do
		[ -L "$cache" ] || write 1 "$cache/shrink"
	done
	write 1 /proc/sys/vm/compact_memory
}

if [ $# -gt 0 ]; then
	"$@"
	exit
fi

prepare
while ask_host next && [ "$answer" != end ]; do
	# shellcheck disable=SC2086
	"$0" $answer >/tmp/said 2>&1 || ask_host "failed $(tail -n 1 /tmp/said)"
	cat /tmp/said
done
