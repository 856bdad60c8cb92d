# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What scenarios share. A scenario is a script that runs as root in a guest and ends with status 0 if all
# held; what it prints last says what did not. Whatever it plugged in, loaded or started is taken away after it.
#
# The first modem is wwan0 with /dev/cdc-wdm0, in USB port 1; the second is wwan1, and so on.
set -eu

# Seconds. Generous: they are only waited for when something is wrong.
limit=60

scenarios=${0%/*}/..
# shellcheck source=tests-qemu/scenarios/lib/expect.sh
. "$scenarios/lib/expect.sh"
# shellcheck source=tests-qemu/scenarios/lib/modem.sh
. "$scenarios/lib/modem.sh"
# shellcheck source=tests-qemu/scenarios/lib/network.sh
. "$scenarios/lib/network.sh"
