#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmi/add_mux and qmi/del_mux exist, and answer that this driver has no mux devices
# Driver: rs
. "${0%/*}/lib.sh"

plug raw-ip-hs
cd /sys/class/net/wwan0/qmi
for file in add_mux del_mux; do
	expect '' cat $file
	expect 644 stat -c %a $file
	expect_error 'Operation not supported' write 0x01 $file
done
