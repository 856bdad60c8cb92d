#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# NetworkManager without rmnet connects a modem again over a mux device after it was unplugged and plugged in
# Client: NetworkManager of network-manager
# Driver: rs
# Kernel: stock
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/networkmanager.sh"
. "${0%/*}/../lib/rmnet.sh"

forbid_rmnet
start_networkmanager --test-multiplex-requested
come_and_go '^qmimux[0-9]+$'
