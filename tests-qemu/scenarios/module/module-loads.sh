#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The module loads and unloads
# Also: armhf
. "${0%/*}/../lib.sh"

modprobe "$QMI_DRIVER"
expect live cat "/sys/module/$QMI_DRIVER/initstate"
modprobe --remove "$QMI_DRIVER"
expect_gone "/sys/module/$QMI_DRIVER"
