#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Eight channels with different APNs and MTUs, IPv4 and IPv6 on each; one of them in a container
# Full: yes
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"
. "${0%/*}/../lib/users.sh"

# Mux id, APN, and the MTU that its network has.
channels='1 internet 1500
2 ims 1280
3 mms 1340
4 iot 1358
5 office 1400
6 video 1430
7 plant 1440
8 static 1472'
# The one in a container.
inside=5

# connect MUX APN FAMILY: a session, by a client of its own as connection managers have it; sets $settings.
connect() {
	said=$(qmi --wds-bind-mux-data-port="mux-id=$1,ep-type=hsusb,ep-iface-number=$interface" --client-no-release-cid 2>&1) ||
		fail "bind: $said"
	client=$(printf '%s\n' "$said" | sed -n "s/.*CID: '\([0-9]*\)'.*/\1/p")
	[ -n "$client" ] || fail "qmicli told no client id: $said"
	echo "$client" >"/tmp/mux-client-$1-$3"
	said=$(mux_qmi "$1" "$3" --wds-start-network="apn=$2,ip-type=$3" 2>&1) || fail "start: $said"
	settings=$(mux_qmi "$1" "$3" --wds-get-current-settings)
}

# connect_both MUX APN MTU: sessions of both families, and the device as they say.
connect_both() {
	device=$(mux_device "$1")
	for family in 4 6; do
		connect "$1" "$2" $family
		expect "$3" setting MTU
		ip link set "$device" mtu "$(setting MTU)"
		configure "$device" $family
		printf '%s\n' "$settings" >"/tmp/settings-$1-$family"
		echo "$1 $gateway" >>/tmp/gateways
	done
}

# gateway_of MUX FAMILY
gateway_of() {
	settings=$(cat "/tmp/settings-$1-$2")
	setting "IPv$2 gateway address"
}

# largest MUX MTU [COMMAND...]: packets of the MTU pass in both families, larger ones are refused before they reach the modem.
largest() {
	mux=$1
	mtu=$2
	shift 2
	for headers in '4 28' '6 48'; do
		to=$(gateway_of "$mux" "${headers% *}")
		size=$((mtu - ${headers#* }))
		expect_line ' 2 received' "$@" ping -n -c 2 -i 0.1 -W $limit -M 'do' -s $size "$to"
		expect_line 'essage too long' "$@" sh -c "ping -n -c 1 -W 1 -M do -s $((size + 1)) $to 2>&1 || :"
	done
}

also() {
	"$@" &
	jobs="$jobs $!"
}

finish() {
	for job in $jobs; do
		wait "$job"
	done
	jobs=
}

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
use_qmap 5 32
interface=$(printf '%d' "0x$(cat /sys/class/net/wwan0/device/bInterfaceNumber)")
: >/tmp/gateways
while read -r mux apn mtu; do
	write "$mux" $qmi_attributes/add_mux
	connect_both "$mux" "$apn" "$mtu" </dev/null
	expect_line "\"message\":\"Start Network\".*\"value\":\"$(printf %s "$apn" | od -An -v -tx1 | tr -d ' \n')\"" \
		modem_log '"request".*Start Network' "$port"
done <<EOT
$channels
EOT
expect 16 sh -c "sort -u /tmp/gateways | wc -l"
aggregate_packets qmimux0 8192 32 2000

step "the MTU of each channel"
while read -r mux apn mtu; do
	largest "$mux" "$mtu" env </dev/null
done <<EOT
$channels
EOT

step "traffic on all at once"
jobs=
while read -r mux gateway; do
	also ping_all 20 "$gateway"
done </tmp/gateways
bytes=200000
while read -r mux apn mtu; do
	bytes=$((bytes + 1))
	case $mux in
	1 | 2) also upload $bytes "$(gateway_of "$mux" 4)" ;;
	3 | 4) also download $bytes "[$(gateway_of "$mux" 6)]" ;;
	esac
done <<EOT
$channels
EOT
finish
expect_no_drops

step "one in a container, which is told addresses, MTU and DNS"
begin_stranger
device=$(mux_device $inside)
ip link set "$device" netns "$stranger"
settings=$(cat /tmp/settings-$inside-4)
own4=$(setting 'IPv4 address')
via4=$(setting 'IPv4 gateway address')
dns=$(setting 'IPv4 secondary DNS')
mtu=$(setting MTU)
settings=$(cat /tmp/settings-$inside-6)
own6=$(setting 'IPv6 address')
via6=$(setting 'IPv6 gateway address')
as_that_stranger "
	ip link set lo up
	ip link set $device mtu $mtu up
	ip address add $own4/30 dev $device
	ip address add $own6/64 dev $device nodad
	ip route add default via $via4 dev $device
	ip route add default via $via6 dev $device"
inside_ping() {
	expect_line ' 5 received' as_that_stranger "ping -n -c 5 -i 0.1 -W $limit $1"
}
inside_ping "$dns" # by the default route
inside_ping 2001:db8::53
largest $inside "$mtu" nsenter --target "$stranger" --user --net --mount --
expect "$mtu" as_that_stranger "cat /sys/class/net/$device/mtu"
! ping -n -c 1 -W 1 "$via4" >/dev/null || fail "the container's gateway answers outside of it"
also download 300000 "$(gateway_of 1 4)"
as_that_stranger "echo 100000 | socat -t 60 - TCP:$via4:19 | wc -c" >/tmp/inside
expect 100000 cat /tmp/inside
finish

step "the container goes, and the channel is back"
end_stranger
udevadm wait --timeout=$limit --settle "/sys/class/net/$device"
settings=$(cat /tmp/settings-$inside-4)
configure "$device" 4
ping_all 3 "$gateway"
expect_no_drops
