#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A USB 2 modem whose id has the DTR quirk gets DTR at bind, and loses it at unbind
# Driver: rs
# Defect: D14 DTR is not cleared for modems that have the quirk
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/power.sh"
. "${0%/*}/../lib/dtr.sh"

follow_dtr raw-ip-hs
