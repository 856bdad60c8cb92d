# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Daemons on the system bus. They end with the scenario.

# start_bus: the system bus, with polkit, which lets root do all.
start_bus() {
	mkdir -p /run/dbus
	dbus-daemon --system --fork --nopidfile || fail "no system bus"
	start_daemon org.freedesktop.PolicyKit1 /usr/lib/polkit-1/polkitd --no-debug
}

# start_daemon BUS_NAME COMMAND...: starts it and waits for its name on the bus. Its output is daemon_log BUS_NAME.
start_daemon() {
	name=$1
	shift
	daemons="${daemons-} $name"
	trap 'show_daemon_logs $?' EXIT
	"$@" >"$(daemon_log "$name")" 2>&1 &
	wait_until "$name to be on the bus" on_the_bus "$name"
}

daemon_log() {
	printf '/tmp/%s.log' "$1"
}

on_the_bus() {
	busctl --list --acquired --no-legend list | grep -q "^$1 "
}

# show_daemon_logs STATUS: what the daemons said last, if the scenario failed; and again why it did.
show_daemon_logs() {
	[ "$1" != 0 ] || return 0
	for name in $daemons; do
		echo "$name said last:"
		tail -n 40 "$(daemon_log "$name")" | indent
	done
	printf '%s\n' "${failure-ended with status $1}"
	exit "$1"
}
