#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# raw IP, High Speed
. "${0%/*}/lib.sh"
. "${0%/*}/lib/main-job.sh"

main_job raw-ip-hs Y
