#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A mux device that a sender uses is removed, and then the modem: both wait, RTNL is free meanwhile, and all ends
# Driver: rs
# Best: debug
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# send_by DEVICE: by a socket whose send buffer is full of what waits at another device. The sender uses the device until there is
# space in it.
send_by() {
	exec perl -e '
		sub at { pack("S n i S C C a8", 17, 0x0800, $_[0], 0, 0, 0, "") }
		socket(my $socket, 17, 2, 0) or die "socket: $!\n"; # AF_PACKET, SOCK_DGRAM
		my $packet = "\x45" . "\0" x 1399;
		1 while send($socket, $packet, 0x40, at($ARGV[0])); # MSG_DONTWAIT
		send($socket, $packet, 0, at($ARGV[1]))' "$(cat /sys/class/net/slow/ifindex)" "$(cat "/sys/class/net/$1/ifindex")"
}

# change_network MTU: what takes the lock of the network configuration. Nothing ends a process that waits for that.
change_network() {
	ip link set slow mtu "$1" &
	wait_for_value "$1" /sys/class/net/slow/mtu
}

# is_leaving: the driver was told that its modem is gone.
is_leaving() {
	kernel_log | grep -q "wwan0: unregister 'qmi_wwan'"
}

plug raw-ip-hs
write 600 /proc/sys/net/core/netdev_unregister_timeout_secs # before the kernel complains
write Y $qmi_attributes/raw_ip
add_mux 1
ip link set wwan0 up
ip link set qmimux0 up

step "a sender waits, and uses the device"
ip link add slow type dummy
ip link set slow up
tc qdisc add dev slow root netem slot 1000s 1000s packets 1
send_by qmimux0 &
sender=$!
catch "grep -q sock_alloc_send_pskb /proc/$sender/wchan"

step "the device is removed, then the modem"
write 1 $qmi_attributes/del_mux &
remover=$!
udevadm wait --timeout=$limit --removed /sys/class/net/qmimux0
change_network 1400
ask_host unplug 1
wait_until "the driver to see that" is_leaving
change_network 1300
[ -e /proc/$remover ] || fail "the device was removed while it was used"
expect_there $qmi_attributes/add_mux # the modem's device waits for those who write its attributes

step "a new writer waits, too"
(exec /usr/bin/printf 2 >$qmi_attributes/add_mux 2>/tmp/said) &
adder=$!
catch "grep -q '^State:.D' /proc/$adder/status"
change_network 1200

step "the sender ends"
ip link del slow
wait $sender || : # what it sent is lost, of which it may hear
wait $remover || fail "del_mux failed"
! wait $adder || fail "add_mux succeeded"
expect_line 'No such device' cat /tmp/said
wait_until_gone 0
