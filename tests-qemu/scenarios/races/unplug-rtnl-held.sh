#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem is unplugged while another process holds RTNL: all its devices are unregistered as soon as that is free
# Best: debug
# Defect: D1 disconnect gives up if the lock of the network configuration is taken: devices stay, and run freed code after rmmod
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/power.sh"
. "${0%/*}/../lib/mux.sh"

qmi_attributes=/sys/class/net/wwan1/qmi
drivers=/sys/bus/usb/drivers/qmi_wwan

# A modem that answers GET_STATUS 4 s late is resumed when its link is brought up, under the lock.
plug late-status
holder=$(usb_device 0)
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6 # its packets would wait as well
let_suspend "$holder"

# while_locked COMMAND...: runs it while the lock is held, by a process that got it before.
while_locked() {
	wait_until_suspended "$holder"
	before=$(modem_log GET_STATUS | wc -l)
	ip link set wwan0 up &
	locker=$!
	catch "[ \$(grep -c GET_STATUS /run/host/modem-1.log) -gt $before ]"
	"$@"
	wait $locker || fail "the holder's link did not go up"
	[ ! -e /sys/class/net/wwan0 ] || ip link set wwan0 down
}

with_mux() {
	wait_for_driver 1
	write Y $qmi_attributes/raw_ip
	write 1 $qmi_attributes/add_mux
}

gone() {
	udevadm wait --timeout=$limit --removed /sys/class/net/wwan1 /sys/class/net/qmimux0 /dev/cdc-wdm1 || fail "$1: devices stay"
}

insert raw-ip-hs
with_mux
interface=$(basename "$(readlink -f /sys/class/net/wwan1/device)")

step "the interface is unbound"
while_locked write "$interface" $drivers/unbind
gone unbound

step "the modem is unplugged"
write "$interface" $drivers/bind
with_mux
while_locked ask_host unplug 2
gone unplugged

step "the module is removed"
insert raw-ip-hs
with_mux
while_locked timeout $limit modprobe --remove "$QMI_DRIVER"
