#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem resumes for each packet, and the guest is suspended during a download and a flood: traffic goes on
# Also: kcsan arm64
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"
. "${0%/*}/../lib/power.sh"

# wakes COUNT: as many packets, sent at once while the modem is suspended, are answered.
wakes() {
	wait_until_suspended "$usb"
	ping -n -q -c "$1" -l "$1" -i 0.2 -W $limit "$gateway" >/tmp/ping || fail "$(grep received /tmp/ping)"
	expect_line "^$1 packets transmitted, $1 received" cat /tmp/ping
}

# doze: suspended and resumed, again and again.
doze() {
	step "$layer: resumed by what is sent"
	usb=$(usb_device 0)
	let_suspend "$usb"
	write 50 "$usb/power/autosuspend_delay_ms"
	for _ in 1 2 ${QMI_FULL:+3 4 5}; do
		wakes 1
		wakes 20
	done
	wait_until_suspended "$usb"
	download 300000 "$gateway"
	wait_until_suspended "$usb"
	upload 300000 "$gateway"
	keep_awake "$usb"
	ping_all 3 "$gateway"
}

# sleep_amid_download: its content stays right.
sleep_amid_download() {
	step "$layer: the guest is suspended in the midst of a download"
	received=$(cat /sys/class/net/wwan0/statistics/rx_bytes)
	download 5000000 "$gateway" &
	job=$!
	catch "[ \$(cat /sys/class/net/wwan0/statistics/rx_bytes) -gt $((received + 200000)) ]"
	suspend_system
	wait $job
	ping_all 3 "$gateway"
}

# sleep_amid_flood [MUX]: it goes on where it was.
sleep_amid_flood() {
	step "$layer: the guest is suspended in the midst of a flood"
	# shellcheck disable=SC2086 # a number, or nothing
	begin_flood 64 $closed ${1-}
	suspend_system
	counter=/sys/class/net/$link/statistics/rx_packets
	received=$(cat $counter)
	catch "[ \$(cat $counter) -gt $((received + 100)) ]"
}

# suspend_each_way: the modem, then the guest under traffic.
suspend_each_way() {
	ping_all 3 "$gateway"
	doze
	sleep_amid_download
	sleep_amid_flood
	end_flood
	ping_all 3 "$gateway"
	unplug 0
}

layer=802.3 link=wwan0
plug_flooder union-802-3
go_online
suspend_each_way

layer="raw IP"
plug_flooder autoconnect # it has its session without a client, and keeps it over a reset
write Y /sys/class/net/wwan0/qmi/raw_ip
ip link set wwan0 up
address=10.64.0.2 gateway=10.64.0.1
ip address add $address/30 dev wwan0
suspend_each_way

# A reset of the modem, as it comes with the guest's resume, ends sessions of QMAP here.
layer=QMAP link=qmimux0
plug_flooder raw-ip-ss
connect_muxes 1
doze
sleep_amid_flood 1
unplug 0
