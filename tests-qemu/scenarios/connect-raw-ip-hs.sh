#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# raw IP, High Speed
. "${0%/*}/lib.sh"

plug raw-ip-hs
show ip link
