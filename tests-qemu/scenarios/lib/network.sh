# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Going online, and traffic.

# use_raw_ip [NUMBER]: has the modem send and take bare IP packets; qmi-network makes the driver follow.
use_raw_ip() {
	expect_line "Link layer protocol: 'raw-ip'" \
		timeout $limit qmicli --device="/dev/cdc-wdm${1-0}" --wda-set-data-format=link-layer-protocol=raw-ip
}

# go_online [NUMBER [FAMILY]]: network started by qmi-network, address set as WDS gave it, link up; sets $address and $gateway.
# FAMILY is 4 (default) or 6.
go_online() {
	number=${1-0}
	family=${2-4}
	device=/dev/cdc-wdm$number
	printf 'APN=internet\nIP_TYPE=%s\n' "$family" >/etc/qmi-network.conf
	rm -f "/tmp/qmi-network-state-cdc-wdm$number" # of a modem that is gone
	timeout $limit qmi-network "$device" start >/tmp/qmi-network.log 2>&1 ||
		fail "qmi-network: $(tail -n 1 /tmp/qmi-network.log)"
	settings=$(timeout $limit qmicli --device="$device" --client-cid="$(wds_client "$number")" --client-no-release-cid \
		--wds-get-current-settings)
	configure "wwan$number" "$family"
}

# configure DEVICE FAMILY: link up, address set as the WDS settings last read say; sets $address and $gateway.
configure() {
	address=$(setting "IPv$2 address")
	gateway=$(setting "IPv$2 gateway address")
	ip link set "$1" up
	case $2 in
	4) ip address replace "$address/30" dev "$1" ;;
	6) ip address replace "$address/64" nodad dev "$1" ;;
	esac
}

# The WDS client that qmi-network keeps for modem NUMBER.
wds_client() {
	sed -n 's/^CID="*\([0-9]*\)"*$/\1/p' "/tmp/qmi-network-state-cdc-wdm$1"
}

# setting NAME: from the WDS settings last read.
setting() {
	printf '%s\n' "$settings" | sed -n "s/^ *$1: \([^/]*\).*/\1/p"
}

# ping_all COUNT ADDRESS: sends pings; none may be lost. With -w, ping waits for answers that come late, and goes on sending
# meanwhile: only the first COUNT count.
ping_all() {
	lines=$(ping -n -c "$1" -i 0.1 -w $limit "$2") || fail "ping $2: $(printf '%s\n' "$lines" | grep received)"
	received=$(printf '%s\n' "$lines" | sed -n 's/.* icmp_seq=\([0-9]*\) .*/\1/p' | awk -v count="$1" '$1 <= count' | wc -l)
	[ "$received" = "$1" ] || fail "$received of $1 pings to $2 came back"
}

# works: whether one ping is answered.
works() {
	ping -n -q -c 1 -W 1 "$gateway" >/dev/null
}

# use_connection: traffic over what a connection manager has connected and tells: $interface, $address and $gateway.
use_connection() {
	ip link set "$interface" up
	ip address add "$address" dev "$interface"
	ping_all 5 "$gateway"
	upload 200000 "$gateway"
	download 200000 "$gateway"
}

# upload BYTES ADDRESS: sends random bytes; both ends must have the same checksum. IPv6 addresses are in brackets.
upload() {
	head -c "$1" /dev/urandom >"/tmp/upload-$2"
	sent=$(checksum "/tmp/upload-$2")
	received=$(socat -t 300 - "TCP:$2:9" <"/tmp/upload-$2")
	rm "/tmp/upload-$2"
	[ "$received" = "$sent" ] || fail "sent $1 bytes with checksum $sent, the modem got '$received'"
}

# download BYTES ADDRESS: both ends must have the same checksum.
download() {
	echo "$1" | socat -t 300 - "TCP:$2:19" >"/tmp/download-$2"
	received=$(checksum "/tmp/download-$2")
	[ "$(stat -c %s "/tmp/download-$2")" = "$1" ] || fail "got $(stat -c %s "/tmp/download-$2") bytes of $1"
	rm "/tmp/download-$2"
	sent=$(modem_log "\"service\":\"source\",.*\"bytes\":$1," | sed -n 's/.*"sha256":"\([0-9a-f]*\)".*/\1/p' | tail -n 1)
	[ "$received" = "$sent" ] || fail "got $1 bytes with checksum $received, the modem sent '$sent'"
}

checksum() {
	sha256sum "$1" | cut -d ' ' -f 1
}

# keep_busy [BYTES]: a program waits for QMI, as $reader, and pings flow; so does a download, of which so many bytes have come.
keep_busy() {
	cat /dev/cdc-wdm0 >/dev/null &
	reader=$!
	ping -f "$gateway" >/dev/null 2>&1 &
	[ $# -gt 0 ] || return 0
	rm -f /tmp/stream
	mkfifo /tmp/stream
	echo 1000000000 | socat - "TCP:$gateway:19" >/tmp/stream 2>/dev/null &
	head -c "$1" /tmp/stream >/dev/null
}

# expect_reader_failed: the program that waited for QMI got an error, because the modem has gone.
expect_reader_failed() {
	! wait "$reader" || fail "the reader of /dev/cdc-wdm0 got an end of file, not an error"
}

# modem_log PATTERN [PORT]: lines of a modem's log.
modem_log() {
	grep -E -- "$1" "/run/host/modem-${2-1}.log"
}
