# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# ModemManager, from a modem that it finds to a connection.

# start_modemmanager [OPTION...]: started, with an enabled and registered modem.
start_modemmanager() {
	start_daemon org.freedesktop.ModemManager1 ModemManager --debug --test-no-suspend-resume "$@"
	wait_until "ModemManager to find the modem" modem_is_known
	step "ModemManager has the modem"
	mm --enable
	wait_until "the modem to be registered" modem_is_registered
	step "enabled and registered"
}

# mm ARGUMENTS: mmcli to the modem.
mm() {
	answer=$(timeout $limit mmcli --timeout=$limit --modem=any "$@" 2>&1) || fail "mmcli $*: $answer"
}

# mm_value KEY: from what mmcli --output-keyvalue said last.
mm_value() {
	printf '%s\n' "$answer" | sed -n "s/^$1 *: //p"
}

modem_is_known() {
	mmcli --modem=any >/dev/null 2>&1
}

modem_is_registered() {
	mm --output-keyvalue
	[ "$(mm_value modem.generic.state)" = registered ]
}

# simple_connect SETTINGS: once more if udev took longer to announce a link than the 2.5 s that ModemManager grants it, as on a
# busy machine.
simple_connect() {
	for _ in 1 2 3; do
		! answer=$(timeout $limit mmcli --timeout=$limit --modem=any --simple-connect="$1" 2>&1) || return 0
		case $answer in
		*"Timed out waiting for link port"*) ;;
		*) break ;;
		esac
	done
	fail "mmcli --simple-connect=$1: $answer"
}

# mm_connect SETTINGS: connects; sets $interface, $address and $gateway as ModemManager tells them.
mm_connect() {
	simple_connect "$1"
	mm --output-keyvalue
	for bearer in $(mm_value 'modem.generic.bearers.value\[[0-9]*\]'); do
		mm --bearer="$bearer" --output-keyvalue
		[ "$(mm_value bearer.status.connected)" != yes ] || break
	done
	expect yes mm_value bearer.status.connected
	interface=$(mm_value bearer.status.interface)
	address=$(mm_value bearer.ipv4-config.address)/$(mm_value bearer.ipv4-config.prefix)
	gateway=$(mm_value bearer.ipv4-config.gateway)
}
