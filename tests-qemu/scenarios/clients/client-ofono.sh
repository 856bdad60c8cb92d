#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# oFono powers the modem, registers, activates a context; traffic; it deactivates the context
# Client: oFono of ofono
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/daemon.sh"
. "${0%/*}/../lib/ofono.sh"

allow_ofono
start_bus
plug raw-ip-hs
start_ofono
ofono_online
ofono_connect
use_connection
ofono_disconnect
