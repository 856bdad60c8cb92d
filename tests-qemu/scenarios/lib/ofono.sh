# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# oFono, which the tree has unpacked, not installed: it excludes ModemManager.

# connect_by_ofono PROFILE: a modem is plugged in, found, registered and connected; sets $interface, $address and $gateway.
connect_by_ofono() {
	allow_ofono
	start_bus
	plug "$1"
	start_ofono
	ofono_online
	ofono_connect
}

# start_ofono: started; $modem is the object of the modem that it found.
start_ofono() {
	start_daemon org.ofono /opt/ofono/usr/sbin/ofonod --nodetach --debug='*qmimodem*:*gobi*:*gprs*'
	wait_until "oFono to find the modem" modem_is_found
	step "oFono has the modem: $modem"
}

# allow_ofono: lets root own and call org.ofono. The bus reads it when it starts.
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

# ofono_online: powered and registered.
ofono_online() {
	ofono "$modem" Modem SetProperty sv Powered b true
	wait_until "the SIM card to be ready" modem_has SimManager SubscriberIdentity 001010000000001
	ofono "$modem" Modem SetProperty sv Online b true
	wait_until "the modem to be registered" modem_has NetworkRegistration Status registered
	step "powered, online, registered"
}

# ofono_connect: sets $context, $interface, $address and $gateway. On LTE being attached is having a context: oFono activates it by
# itself.
ofono_connect() {
	wait_until "the modem to be attached" modem_has ConnectionManager Attached true
	ofono "$modem" ConnectionManager GetContexts
	context=$(printf '%s\n' "$answer" | sed -n 's/[^/]*"\(\/[^"]*\)".*/\1/p')
	ofono "$context" ConnectionContext GetProperties
	expect internet ofono_value AccessPointName
	expect true ofono_value Active
	interface=$(ofono_value Interface)
	address=$(ofono_value Address)/$(ofono_value Netmask)
	gateway=$(ofono_value Gateway)
}

# ofono_disconnect
ofono_disconnect() {
	ofono "$context" ConnectionContext SetProperty sv Active b false
	if ping -c 1 -W 2 "$gateway" >/dev/null; then
		fail "the network still answers"
	fi
}
