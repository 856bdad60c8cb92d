# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# oFono, which the tree has unpacked, not installed: it excludes ModemManager.

# start_ofono: started; $modem is the object of the modem that it found.
start_ofono() {
	start_daemon org.ofono /opt/ofono/usr/sbin/ofonod --nodetach --debug='*qmimodem*:*gobi*:*gprs*'
	wait_until "oFono to find the modem" modem_is_found
	step "oFono has the modem: $modem"
}

# allow_ofono: who may own and call org.ofono. The bus reads it when it starts.
allow_ofono() {
	cp /opt/ofono/etc/dbus-1/system.d/ofono.conf /etc/dbus-1/system.d
}

# ofono OBJECT INTERFACE METHOD [SIGNATURE ARGUMENT...]: the answer is in $answer.
ofono() {
	object=$1
	called=org.ofono.$2
	shift 2
	answer=$(busctl --json=short --timeout=$limit call org.ofono "$object" "$called" "$@" 2>&1) ||
		fail "$called $* of $object: $answer"
}

# ofono_value KEY: a text or truth value in what oFono answered last.
ofono_value() {
	printf '%s\n' "$answer" | sed -n 's/.*"'"$1"'":{"type":"[^"]*","data":"\{0,1\}\([^",}]*\).*/\1/p'
}

modem_is_found() {
	ofono / Manager GetModems
	modem=$(printf '%s\n' "$answer" | sed -n 's/[^/]*"\(\/[^"]*\)".*/\1/p')
	[ -n "$modem" ]
}

# modem_has INTERFACE KEY VALUE: true as soon as it has; not before the modem has the interface at all.
modem_has() {
	ofono "$modem" Modem GetProperties
	case $answer in
	*"org.ofono.$1\""*) ;;
	*) return 1 ;;
	esac
	ofono "$modem" "$1" GetProperties
	[ "$(ofono_value "$2")" = "$3" ]
}
