# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Datagrams to the modem's UDP echo, and what comes back.

# echo_datagrams COUNT SIZE ADDRESS: sends random datagrams of SIZE bytes, each after the answer to the one before. Sets $echoed to
# how many came back unchanged.
echo_datagrams() {
	echoed=0
	for number in $(seq "$1"); do
		head -c "$2" /dev/urandom >/tmp/datagram
		! echo_file /tmp/datagram "$3" 20 || echoed=$((echoed + 1))
	done
}

# echo_at_once COUNT SIZE ADDRESS SECONDS: as echo_datagrams, but none waits for another, nor longer than SECONDS for its answer.
echo_at_once() {
	echoed=0
	echoes=
	for number in $(seq "$1"); do
		head -c "$2" /dev/urandom >"/tmp/datagram-$number"
		echo_file "/tmp/datagram-$number" "$3" "$4" &
		echoes="$echoes $!"
	done
	for echo in $echoes; do
		! wait "$echo" || echoed=$((echoed + 1))
	done
}

# echo_file FILE ADDRESS SECONDS: whether it comes back as it is, sent as one datagram. Only bash opens UDP sockets by itself.
echo_file() {
	# shellcheck disable=SC2016 # for the other shell
	bash -c 'exec 9<>"/dev/udp/$2/7" && dd if="$1" bs=65535 status=none >&9 &&
		timeout "$3" dd bs=65535 count=1 status=none <&9' - "$@" >"$1.echo" || :
	cmp -s "$1" "$1.echo"
}

# echo_all SIZE... ADDRESS: datagrams of these sizes all come back.
echo_all() {
	for to; do :; done
	for size; do
		[ "$size" != "$to" ] || break
		echo_datagrams 3 "$size" "$to"
		[ $echoed = 3 ] || fail "$echoed of 3 datagrams of $size bytes came back from $to"
	done
}

# checksum_errors PROTOCOL: packets that the stack dropped for their checksum: of Udp, Udp6 or Tcp.
checksum_errors() {
	nstat -asz "${1}InCsumErrors" | sed -n "s/^${1}InCsumErrors *\([0-9]*\) .*/\1/p"
}
