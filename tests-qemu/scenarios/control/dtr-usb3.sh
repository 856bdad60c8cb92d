#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A USB 3 modem gets DTR at bind, keeps its clients while ports open and close, and loses DTR at unbind
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/power.sh"
. "${0%/*}/../lib/dtr.sh"

follow_dtr raw-ip-ss
