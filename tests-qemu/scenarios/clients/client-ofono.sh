#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# oFono powers the modem, registers, activates a context with traffic, and deactivates it
# Client: oFono of ofono
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/daemon.sh"
. "${0%/*}/../lib/ofono.sh"

connect_by_ofono raw-ip-hs
use_connection
ofono_disconnect
