#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem floods the host while links, mux devices and the driver come and go, and until it is unplugged
# Best: debug
# Also: kcsan
# Timeout: 1200
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"

rounds=${QMI_FULL:+50}
rounds=${rounds:-3}

# flows: packets of the flood arrive at $link.
flows() {
	counter=/sys/class/net/$link/statistics/rx_packets
	received=$(cat "$counter")
	catch "[ \$(cat $counter) -gt $((received + 100)) ]"
}

# set_up: the link as it was before the driver was there anew; the flood has gone on.
set_up() {
	wait_for_driver 0
	write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
	[ $layer != QMAP ] || ip link set wwan0 mtu 16384 # which is refused in raw IP
	[ $layer = 802.3 ] || write Y /sys/class/net/wwan0/qmi/raw_ip
	ip link set wwan0 up
	if [ $layer = QMAP ]; then
		for mux in 1 2; do
			add_mux $mux
			ip link set "$(mux_device $mux)" up
		done
	fi
	ip address replace "$address/30" dev "$link"
}

# disturb: what all layers have.
disturb() {
	flows
	step "$layer: links down and up"
	for _ in $(seq "$rounds"); do
		for device in wwan0 "$link"; do
			ip link set "$device" down
			ip link set "$device" up
		done
	done
	ip address replace "$address/30" dev "$link"
	flows
	step "$layer: another MTU"
	for _ in $(seq "$rounds"); do
		ip link set "$link" mtu 1400
		ip link set "$link" mtu 1500
	done
	flows
	step "$layer: unbound and bound"
	interface=$(basename "$(readlink -f /sys/class/net/wwan0/device)")
	for _ in $(seq $((rounds / 3))); do
		write "$interface" /sys/bus/usb/drivers/qmi_wwan/unbind
		write "$interface" /sys/bus/usb/drivers/qmi_wwan/bind
		set_up
		flows
	done
	step "$layer: removed and loaded"
	for _ in $(seq $((rounds / 3))); do
		modprobe --remove "$QMI_DRIVER"
		modprobe "$QMI_DRIVER"
		set_up
		flows
	done
}

layer=802.3 link=wwan0
plug_flooder union-802-3
go_online
ping_all 3 "$gateway"
begin_flood 64 $closed
disturb
unplug 0

layer=raw-ip
plug_flooder autoconnect
address=10.64.0.2 gateway=10.64.0.1
set_up
begin_flood 1500 $closed
disturb
unplug 0

layer=QMAP link=qmimux0
plug_flooder raw-ip-ss
connect_muxes 2 1
link=$(mux_device 1)
begin_flood 64 $closed 1 2
flows
step "$layer: a mux device comes and goes"
for _ in $(seq "$rounds"); do
	write 2 $qmi_attributes/del_mux
	add_mux 2
	ip link set "$(mux_device 2)" up
done
flows
step "$layer: both come and go"
for _ in $(seq "$rounds"); do
	write 1 $qmi_attributes/del_mux
	write 2 $qmi_attributes/del_mux
	add_mux 1
	add_mux 2
	for mux in 1 2; do
		ip link set "$(mux_device $mux)" up
	done
done
link=$(mux_device 1)
disturb
unplug 0

step "a good modem"
plug raw-ip-hs
use_raw_ip
go_online
ping_all 5 "$gateway"
download 300000 "$gateway"
