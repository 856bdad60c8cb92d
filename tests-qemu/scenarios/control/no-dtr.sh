#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A USB 2 modem without the quirk gets no DTR
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/dtr.sh"

plug combined-802-3
go_online
ping_all 3 "$gateway"
expect '' dtr_values
