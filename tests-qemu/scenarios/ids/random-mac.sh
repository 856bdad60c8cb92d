#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A random address never looks like an IP header, in 40 tries; the C driver's does in one of eight
# Also: armhf
# Driver: rs
. "${0%/*}/../lib.sh"

plug combined-802-3
interface=$(basename "$(readlink -f /sys/class/net/wwan0/device)")
for _ in $(seq 40); do
	expect 1 cat /sys/class/net/wwan0/addr_assign_type # NET_ADDR_RANDOM
	case $(cat /sys/class/net/wwan0/address) in
	4* | 6*) fail "the address is $(cat /sys/class/net/wwan0/address)" ;;
	esac
	write "$interface" /sys/bus/usb/drivers/qmi_wwan/unbind
	write "$interface" /sys/bus/usb/drivers/qmi_wwan/bind
done
