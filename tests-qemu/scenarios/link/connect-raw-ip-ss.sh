#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# raw IP, SuperSpeed
# Also: arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/connect.sh"

connect raw-ip-ss Y
