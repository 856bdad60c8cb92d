#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What `make bench` measures: the host says, step by step, which link to set up and what traffic to make over it
# Timeout: 3600
#
# Not one of the scenarios of `make test`. Each step is this script again, so that one that fails costs no other.
. "${0%/*}/lib.sh"
. "${0%/*}/lib/rmnet.sh"

traffic=/tmp/traffic
tcp_memory=/proc/sys/net/ipv4/tcp_rmem
aggregation='tx-aggr-max-bytes 16384 tx-aggr-max-frames 32 tx-aggr-time-usecs 2000'

# prepare: what is the same for all links. No datagram may be lost, for want of room or because it waited for long.
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
	ask_host card
	udevadm wait --timeout=$limit --initialized=no /sys/class/net/eth0
	echo eth0 >/tmp/lower
	give_addresses eth0 0
}

set_up_modem() {
	ask_host unplug all
	[ ! -e /sys/class/net/wwan0 ] || wait_until_gone 0
	insert /src/tests-qemu/bench/modem.toml --count-bulk --bursts --patient
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
	qmap-*)
		use_qmap 1 32
		[ "$2" != rmnet ] || write Y $qmi_attributes/pass_through
		;;
	esac
	case $1 in
	802.3 | raw-ip) start_sessions wwan0 0 ;;
	qmap-4) set_up_mux "$2" 1 2 3 4 ;;
	*) set_up_mux "$2" 1 ;;
	esac
	case $1 in
	*-aggregated)
		# shellcheck disable=SC2086
		said=$(ethtool -C "$device" $aggregation 2>&1) || fail "ethtool -C $device: $said"
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
			ip link add link wwan0 name "$device" type rmnet mux_id "$id"
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

# give_addresses DEVICE MUX: those that the modem gives, without asking.
give_addresses() {
	ip link set "$1" txqueuelen 10000 up
	net=10.$((64 + $2)).0
	prefix=2001:db8:64:$(printf '%02x00' "$2"):
	ip address add $net.2/30 dev "$1"
	ip address add "$prefix:2/64" nodad dev "$1"
	echo $net.1 >>/tmp/gateways-4
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

# memory COUNT: what the kernel has in use at most during a download, more than before the link was up, in KiB. A short window
# bounds what waits for the reader, who is slow because it looks at the memory.
memory() {
	lower=$(cat /tmp/lower)
	window=$(cat $tcp_memory)
	write '4096 65536 65536' $tcp_memory
	ip link set "$lower" down
	take_back_free_memory
	before=$($traffic in-use)
	ip link set "$lower" up
	# shellcheck disable=SC2046
	most=$($traffic memory --count "$1" $(cat /tmp/gateways-4))
	write "$window" $tcp_memory
	ask_host memory $((most - before))
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
