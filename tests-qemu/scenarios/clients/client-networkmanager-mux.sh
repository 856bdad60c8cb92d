#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# NetworkManager without rmnet connects over a mux device with IPv4, with IPv6 and with both
# Client: NetworkManager of network-manager
# Driver: rs
# Kernel: stock
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/networkmanager.sh"
. "${0%/*}/../lib/rmnet.sh"

forbid_rmnet
plug raw-ip-hs
start_networkmanager --test-multiplex-requested
each_family '^qmimux[0-9]+$'
