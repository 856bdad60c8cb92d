# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# NetworkManager with ModemManager, from a modem to a default route.

# shellcheck source=tests-qemu/scenarios/lib/daemon.sh
. "$scenarios/lib/daemon.sh"

# There is no answer at the modem's serial ports, and ModemManager would ask there for 40 s.
configure_modprobe 'blacklist option'
[ ! -e /sys/module/option ] || modprobe --remove option

# configure_networkmanager: as Debian has it, but that it writes resolv.conf itself, and knows no connection yet.
configure_networkmanager() {
	rm -rf /etc/NetworkManager/system-connections /var/lib/NetworkManager /run/NetworkManager
	mkdir -p /etc/NetworkManager/system-connections /var/lib/NetworkManager /run/NetworkManager/conf.d
	printf '[main]\ndns=default\nrc-manager=file\n' >/run/NetworkManager/conf.d/scenario.conf
	: >/etc/resolv.conf
}

# start_networkmanager [OPTION...]: both are started, ModemManager with these options, and NetworkManager has the modem that is
# plugged in, if there is one.
start_networkmanager() {
	configure_networkmanager
	start_bus
	start_daemon org.freedesktop.ModemManager1 ModemManager --debug "$@"
	start_daemon org.freedesktop.NetworkManager NetworkManager --debug
	[ ! -e /dev/cdc-wdm0 ] || wait_for_modem
}

wait_for_modem() {
	wait_until "NetworkManager to have the modem" nm_is_ready
	step "NetworkManager has the modem"
}

# What to run nmcli with, if it must be in the same PID namespace as NetworkManager: that wants to see the caller.
beside=

# try_nm ARGUMENTS: nmcli; what it says is in $answer.
try_nm() {
	# shellcheck disable=SC2086 # words of a command
	answer=$($beside timeout $((2 * limit)) nmcli --wait $((2 * limit - 5)) "$@" 2>&1)
}

# nm ARGUMENTS: the same, and it must not fail.
nm() {
	try_nm "$@" || fail "nmcli $*: $(printf '%s\n' "$answer" | head -n 1)"
}

nm_is_ready() {
	try_nm --get-values DEVICE,STATE device && printf '%s\n' "$answer" | grep -q '^cdc-wdm0:disconnected$'
}

# nm_is_online, nm_is_offline: by what NetworkManager says on the bus. nmcli, which starts slowly, would keep the machine busy.
nm_is_online() {
	nm_has_state 70
}

nm_is_offline() {
	nm_has_state 20
}

nm_has_state() {
	nm=org.freedesktop.NetworkManager
	[ "$(busctl get-property $nm /org/freedesktop/NetworkManager $nm State 2>&1)" = "u $1" ]
}

# nm_up NAME: up; once more if udev took longer to announce a link than the 2.5 s that ModemManager grants it, as on a busy
# machine: then NetworkManager fails, or tries less than the families it should have.
nm_up() {
	for _ in 1 2 3 4; do
		misses=$(missed_links)
		status=0
		try_nm connection up "$1" || status=$?
		[ "$(missed_links)" = "$misses" ] || continue
		[ $status = 0 ] || break
		return
	done
	fail "nmcli connection up $1: $(printf '%s\n' "$answer" | grep -m 1 '^Error')"
}

# missed_links: how often that was so.
missed_links() {
	grep -c 'connect bearer: Timed out waiting for link port' "$(daemon_log org.freedesktop.ModemManager1)" || :
}

# nm_add NAME "FAMILIES" [SETTING...]: a connection with IPv4, IPv6 or both (4, 6, "4 6"), which is not made by itself.
nm_add() {
	name=$1
	ipv4=disabled ipv6=disabled
	for family in $2; do
		case $family in
		4) ipv4=auto ;;
		6) ipv6=auto ;;
		esac
	done
	shift 2
	nm connection add type gsm con-name "$name" ifname '*' apn internet autoconnect no ipv4.method $ipv4 ipv6.method $ipv6 "$@"
}

# expect_nm_online "FAMILIES": address, default route and DNS are as the modem gives them, on $interface, and traffic passes; none
# of it for another family.
expect_nm_online() {
	nm --get-values GENERAL.IP-IFACE device show cdc-wdm0
	interface=$answer
	mux=0
	[ ! -e "/sys/class/net/$interface/qmap" ] || mux=$(($(cat "/sys/class/net/$interface/qmap/mux_id")))
	servers=
	routes=
	for family in $1; do
		case $family in
		4)
			net=10.$(((64 + mux) % 256)).0.
			address=${net}2/30 gateway=${net}1 peer=$gateway servers="$servers $gateway 192.0.2.53"
			;;
		6)
			net=2001:db8:64:
			[ $mux = 0 ] || net=$net$(printf %x $((mux << 8))):
			address=$net:2/64 gateway=$net:1 peer="[$gateway]" servers="$servers $gateway 2001:db8::53"
			;;
		esac
		routes="$routes $gateway"
		expect_line " $address " ip -"$family" -brief address show dev "$interface"
		ping_all 5 "$gateway"
		upload 200000 "$peer"
		download 200000 "$peer"
	done
	expect "$routes" default_routes "$interface"
	expect "$servers" name_servers
}

# default_routes DEVICE: the gateways of all default routes, IPv4 before IPv6, each after a blank; the whole of a route that is not
# by this device.
default_routes() {
	for family in 4 6; do
		ip -"$family" route show default | sed "s/^default via \([^ ]*\) dev $1 .*/\1/; s/^/ /" | tr -d '\n'
	done
}

# name_servers: those of resolv.conf, each after a blank.
name_servers() {
	sed -n 's/^nameserver / /p' /etc/resolv.conf | tr -d '\n'
}

# expect_nm_offline: nothing of it is left.
expect_nm_offline() {
	expect '' ip route show default
	expect '' ip -6 route show default
	expect '' name_servers
	if ping -n -c 1 -W 2 "$gateway" >/dev/null 2>&1; then
		fail "the network still answers"
	fi
}

# each_family: up, traffic and down, with IPv4, with IPv6, and with both; $1 is what the interface's name must match.
each_family() {
	for families in 4 6 '4 6'; do
		step "IPv$families"
		nm_add "ip$families" "$families"
		nm_up "ip$families"
		expect_nm_online "$families"
		expect_line "$1" echo "$interface"
		nm connection down "ip$families"
		expect_nm_offline
	done
}

# wait_until_online PATTERN: by itself, on an interface whose name matches.
wait_until_online() {
	wait_until "NetworkManager to be online" nm_is_online
	[ "$(missed_links)" = "${known_misses-0}" ] || nm_up internet
	known_misses=$(missed_links)
	expect_nm_online '4 6'
	expect_line "$1" echo "$interface"
}

# come_and_go PATTERN: a modem is plugged in twice, and each time NetworkManager is online by itself, on such an interface.
come_and_go() {
	nm_add internet '4 6' connection.autoconnect yes
	for round in 1 2; do
		plug raw-ip-hs
		wait_until_online "$1"
		step "plugged in and online, round $round"
		unplug 0
		wait_until "NetworkManager to miss the modem" nm_is_offline
		expect_nm_offline
	done
}

# sleep_and_wake PATTERN: a connection on such an interface is there again after a suspend of the machine.
sleep_and_wake() {
	nm_add internet '4 6' connection.autoconnect yes
	wait_until_online "$1"
	step "online"
	sessions=$(sessions)
	suspend_by_logind
	step "suspended and resumed"
	wait_until "new sessions" has_new_sessions
	wait_until_online "$1"
}

# sessions: how many the modem was asked for.
sessions() {
	modem_log '"direction":"request".*"message":"Start Network"' | wc -l
}

has_new_sessions() {
	[ "$(sessions)" -gt "$sessions" ]
}
