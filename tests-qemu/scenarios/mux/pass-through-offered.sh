#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmi/pass_through exists where the kernel can have rmnet, or as the module parameter says; mux devices work in any case
# Driver: rs
# Also: arm64
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# expect_offered yes|no WHEN: whether a modem that is plugged in now has the attribute.
expect_offered() {
	step "$2: $1"
	plug raw-ip-hs
	case $1 in
	yes) expect N cat $qmi_attributes/pass_through ;;
	no) expect 'add_mux del_mux raw_ip' sh -c "ls $qmi_attributes | xargs" ;;
	esac
	write Y $qmi_attributes/raw_ip
	add_mux 1
	expect 0x01 cat $qmi_attributes/del_mux
	unplug 0
	modprobe --remove qmi_wwan_rs
}

if kernel_has_rmnet; then
	expect_offered yes "a kernel with rmnet"
else
	expect_offered no "a kernel without rmnet"
fi
for value in 1 0; do
	configure_modprobe "options qmi_wwan_rs pass_through=$value"
	case $value in
	1) expect_offered yes "pass_through=1" ;;
	0) expect_offered no "pass_through=0" ;;
	esac
	rm /run/modprobe.d/*
done
expect_error 'Invalid argument' modprobe qmi_wwan_rs pass_through=often
