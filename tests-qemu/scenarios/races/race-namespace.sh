#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# wwan0 is moved to another user's namespaces and back, again and again, while the driver is unbound and bound
# Best: debug
# Also: kcsan
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/hostile.sh"
. "${0%/*}/../lib/users.sh"

# move: wwan0, wherever it is, until the race is over. It is not there all the time.
move() {
	while [ ! -e /tmp/over ]; do
		if ip link set wwan0 netns "$stranger"; then
			echo there
		fi
		if nsenter --net="/proc/$stranger/ns/net" ip link set wwan0 netns $$; then
			echo back
		fi
	done >/tmp/moves 2>/dev/null
}

# moved COUNT: as often as that, in either direction.
moved() {
	for direction in there back; do
		[ "$(grep -c $direction /tmp/moves)" -ge "$1" ] || return 1
	done
}

rm -f /tmp/over
: >/tmp/moves
plug raw-ip-hs
interface=$(basename "$(readlink -f /sys/class/net/wwan0/device)")
write Y /sys/class/net/wwan0/qmi/raw_ip
begin_stranger
stop_udev

step "moved, unbound and bound"
move &
mover=$!
rounds=$(cases 200)
for round in $(seq "$rounds"); do
	wait_until "moves" moved "$round"
	write "$interface" /sys/bus/usb/drivers/qmi_wwan/unbind
	write "$interface" /sys/bus/usb/drivers/qmi_wwan/bind
done
: >/tmp/over
wait $mover
fact moves "$(grep -c . /tmp/moves)"

step "it is there in the end, with its attributes"
end_stranger
wait_until "wwan0" test -e /sys/class/net/wwan0/qmi/raw_ip
expect_line '^0 0$' stat -c '%u %g' /sys/class/net/wwan0/qmi/raw_ip
work_as_ever
