#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The same over a channel, on a kernel without rmnet
# Driver: rs
# Kernel: stock
# Also: arm64
# Full: yes
# Timeout: 420
. "${0%/*}/lib.sh"
. "${0%/*}/lib/networkmanager.sh"
. "${0%/*}/lib/rmnet.sh"

forbid_rmnet
start_networkmanager --test-multiplex-requested
come_and_go '^qmimux[0-9]+$'
