#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# IPv6 over a raw IP bearer
. "${0%/*}/lib.sh"

plug raw-ip-hs
go_online_ipv6
ping_all 5 "$gateway"
