# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# The kernel's rmnet driver above a modem in pass-through mode.

# shellcheck source=tests-qemu/scenarios/lib/mux.sh
. "$scenarios/lib/mux.sh"

# forbid_rmnet: the kernel is like one that has none, from now on until the scenario ends. To be said before our driver is loaded.
forbid_rmnet() {
	configure_modprobe 'blacklist rmnet'
	[ ! -e /sys/module/rmnet ] || modprobe --remove rmnet
	! kernel_has_rmnet || configure_modprobe 'options qmi_wwan_rs pass_through=0'
}

# expect_checksums_told: the modem told of right checksums, as it does in QMAPv5.
expect_checksums_told() {
	mark=0
	aggregates down | awk '{ count += $3 } END { exit !count }' || fail "the modem told of no checksum"
}

# use_rmnet [VERSION]: has the modem speak QMAP of this version (1), and the driver leave that to rmnet.
use_rmnet() {
	size=16384
	negotiate_qmap "${1-1}"
	ip link set wwan0 mtu $size
	write Y $qmi_attributes/raw_ip
	write Y "$qmi_attributes/pass_through"
	ip link set wwan0 up
}

# start_rmnet ID [OPTION...]: rmnetID with a session of its own; sets $address and $gateway.
start_rmnet() {
	id=$1
	shift
	ip link add link wwan0 name "rmnet$id" type rmnet mux_id "$id" "$@"
	start_mux "$id" 4 "rmnet$id"
}
