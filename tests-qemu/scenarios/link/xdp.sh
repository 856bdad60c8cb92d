#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Generic XDP sees an Ethernet frame, or an IP packet from its first byte, on wwan0 and on mux devices
# Driver: rs
# Defect: D6 the same for XDP programs
# Full: yes
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# load DEVICE OFFSET: a program that drops ICMP, if an IPv4 header is OFFSET bytes behind the beginning, and lets all else pass.
load() {
	cat >/tmp/xdp.c <<-END
		#include <linux/bpf.h>
		__attribute__((section("xdp"), used)) int filter(struct xdp_md *ctx)
		{
			unsigned char *data = (void *)(long)ctx->data;
			unsigned char *end = (void *)(long)ctx->data_end;

			if (data + $2 + 20 > end)
				return XDP_PASS;
			if (data[$2] == 0x45 && data[$2 + 9] == 1)
				return XDP_DROP;
			return XDP_PASS;
		}
		__attribute__((section("license"), used)) char gpl[] = "GPL";
	END
	clang -O2 -target bpf -I/usr/include/x86_64-linux-gnu -c /tmp/xdp.c -o /tmp/xdp.o
	ip link set dev "$1" xdpgeneric obj /tmp/xdp.o sec xdp
}

# filtered DEVICE OFFSET: pings are dropped while the program is there, and nothing else.
filtered() {
	load "$1" "$2"
	! ping -n -q -c 3 -i 0.2 -W 1 "$gateway" >/tmp/ping || fail "the program sees no ICMP in $(grep received /tmp/ping)"
	upload 100000 "$gateway"
	download 100000 "$gateway"
	ip link set dev "$1" xdpgeneric off
	ping_all 3 "$gateway"
}

step "802.3"
plug union-802-3
go_online
filtered wwan0 14
unplug 0

step "raw IP"
plug raw-ip-hs
use_raw_ip
go_online
filtered wwan0 0
unplug 0

step "QMAP"
plug raw-ip-ss
connect_muxes 1
filtered qmimux0 0
