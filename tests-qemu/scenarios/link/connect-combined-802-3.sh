#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# 802.3, one interface
# Also: arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/connect.sh"

connect combined-802-3 N
