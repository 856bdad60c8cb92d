#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# NetworkManager without rmnet connects again over a mux device after a suspend by logind
# Client: NetworkManager of network-manager
# Driver: rs
# Kernel: stock
# Also: arm64
# Full: yes
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/networkmanager.sh"
. "${0%/*}/../lib/systemd.sh"
. "${0%/*}/../lib/rmnet.sh"

forbid_rmnet
configure_networkmanager
plug raw-ip-hs
start_systemd --test-multiplex-requested
sleep_and_wake '^qmimux[0-9]+$'
