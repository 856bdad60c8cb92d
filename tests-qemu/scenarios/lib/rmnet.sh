# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# The kernel's rmnet driver above a modem in pass-through mode.

# shellcheck source=tests-qemu/scenarios/lib/mux.sh
. "${0%/*}/lib/mux.sh"

# use_rmnet: has the modem speak QMAP, and the driver leave that to rmnet.
use_rmnet() {
	use_qmap
	write Y "$qmi_attributes/pass_through"
}

# start_rmnet ID: rmnetID with a session of its own; sets $address and $gateway.
start_rmnet() {
	ip link add link wwan0 name "rmnet$1" type rmnet mux_id "$1"
	start_mux "$1" 4 "rmnet$1"
}
