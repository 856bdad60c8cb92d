# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# A modem that answers each request for a transfer at once, with packets that were not asked for; and what that may cost.

# shellcheck source=tests-qemu/scenarios/lib/mux.sh
. "$scenarios/lib/mux.sh"

# Seconds that a flood lasts.
duration=3
# What the kernel may need for it, in KiB.
bound=65536
# A ping beside it, in milliseconds. The kernel that shows faults is several times slower.
case $(uname -r) in
*-debug | *-kcsan) patience=1000 ;;
*-rt-*) patience=400 ;;
*) patience=200 ;;
esac

# A port without a socket, that of a socket, which is not read but by hear, and that of one that is read all the time.
closed=4001
unread=4000
busy=4002

# plug_flooder PROFILE: bulk transfers are not logged: they are too many.
plug_flooder() {
	insert "$1" --count-bulk
	wait_for_driver 0
	write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
}

# open_ports: one for the port $unread, which is not read, and one for $busy, which is; until close_readers.
open_ports() {
	readers=
	open_reader "$unread"
	# shellcheck disable=SC2086 # process ids
	kill -STOP $readers
	open_reader "$busy"
}

# open_reader PORT [OPTION]: a socket for it, with an option of socat, that is read; the process is one of $readers.
open_reader() {
	socat -u "UDP-RECV:$1${2-}" /dev/null &
	readers="$readers $!"
	wait_until "the socket for port $1" is_open "$1"
}

close_readers() {
	# shellcheck disable=SC2086 # process ids
	kill -KILL $readers
	# shellcheck disable=SC2086
	wait $readers || :
}

# is_open PORT: whether there is a socket for it.
is_open() {
	grep -q ":$(printf %04X "$1") " /proc/net/udp
}

# hear [OPTION]: a socket for that port, with an option of socat, that writes what it hears to /tmp/heard, and a line for each time that
# it is read to /tmp/reads; until end_hearing.
hear() {
	: >/tmp/heard
	# SO_RCVBUFFORCE: none of a burst is to be lost.
	socat -u -x -b 65536 "UDP-RECV:$unread,setsockopt-socket=1:33:i8000000${1-}" OPEN:/tmp/heard 2>/tmp/reads &
	listener=$!
	wait_until "the socket" is_open "$unread"
}

# end_hearing BYTES: waits until it has heard as many; they are all.
end_hearing() {
	wanted=$1
	wait_until "$1 bytes" all_heard
	expect "$1" stat -c %s /tmp/heard
	kill "$listener"
	wait "$listener" || :
}

all_heard() {
	[ "$(stat -c %s /tmp/heard)" -ge "$wanted" ]
}

# begin_flood SIZE PORT [MUX...]: packets of SIZE bytes to that port, until end_flood; over mux ids in turn.
begin_flood() {
	floods=$(modem_floods)
	order_flood "1000000000 $*"
}

# end_flood: sets $sent to how many packets there were.
end_flood() {
	wait_until "the modem to take the order" order_has_ended_it
	count_sent
}

order_has_ended_it() {
	order_flood 0
	flood_has_ended
}

flood_has_ended() {
	[ "$(modem_floods)" -gt "$floods" ]
}

# send_packets TRANSFERS SIZE PORT [MUX...]: a flood of as many transfers; sets $sent.
send_packets() {
	floods=$(modem_floods)
	order_flood "$*"
	wait_until "the modem to send all" flood_has_ended
	count_sent
}

count_sent() {
	sent=$(modem_log '"event":"flood"' "$port" | tail -n 1 | sed 's/.*"packets":\([0-9]*\).*/\1/')
}

order_flood() {
	echo "$1" | socat -u - "UDP-SENDTO:$gateway:21"
}

modem_floods() {
	modem_log '"event":"flood"' "$port" | wc -l
}

# in_use: the kernel's memory that is neither free nor cache, in KiB.
in_use() {
	while read -r key value _; do
		case $key in
		MemTotal:) used=$value ;;
		MemFree: | Buffers:) used=$((used - value)) ;;
		Cached:)
			echo $((used - value))
			return
			;;
		esac
	done </proc/meminfo
}

# watch_memory: writes the most that is in use more than $idle to /tmp/growth, until the file /tmp/watched is gone. A flood that
# needs too much is ended at once: the guest may not live to tell.
watch_memory() {
	most=0
	while [ -e /tmp/watched ]; do
		growth=$(($(in_use) - idle))
		if [ $growth -gt $most ]; then
			most=$growth
			echo $most >/tmp/growth
		fi
		[ $growth -le $bound ] || order_flood 0
		sleep 0.1
	done
}

# accounted DEVICE...: packets that have arrived there, and those that were dropped or refused there and by wwan0.
accounted() {
	sum=0
	for counter in wwan0/rx_dropped wwan0/rx_errors "$@"; do
		case $counter in
		*/*) files=/sys/class/net/${counter%/*}/statistics/${counter#*/} ;;
		*) files=$(printf "/sys/class/net/$counter/statistics/%s " rx_packets rx_dropped rx_errors) ;;
		esac
		for file in $files; do
			sum=$((sum + $(cat "$file")))
		done
	done
	echo $sum
}

# all_accounted: each packet of the flood is.
all_accounted() {
	# shellcheck disable=SC2086 # names of devices
	[ $(($(accounted $devices) - before)) -ge "$sent" ]
}

# flood SIZE PORT [MUX...]: for a while. The kernel needs little memory, pings beside it are answered, and all that is dropped is
# counted. Of the pings the one in the middle counts: the emulated CPU may stand still at any time.
flood() {
	# shellcheck disable=SC2086 # names of devices
	before=$(accounted $devices)
	idle=$(in_use)
	echo 0 >/tmp/growth
	: >/tmp/watched
	watch_memory &
	watcher=$!
	begin_flood "$@"
	ping -n -i 0.2 -w $duration "$gateway" >/tmp/ping || :
	end_flood
	rm /tmp/watched
	wait $watcher
	growth=$(cat /tmp/growth)
	answers=$(sed -n 's/.* time=\([0-9.]*\) ms/\1/p' /tmp/ping | sort -n)
	middle=$(echo "$answers" | awk '{ all[NR] = $1 } END { print int(all[int((NR + 1) / 2)] + 0.5) }')
	step "$* : $sent packets, $growth KiB, ping $middle ms"
	[ "$growth" -le $bound ] || fail "a flood of $sent packets of $1 bytes took $growth KiB of memory"
	[ -n "$answers" ] || fail "no ping was answered: $(grep received /tmp/ping)"
	[ "$middle" -le $patience ] || fail "a ping took $middle ms"
	wait_until "all packets to be counted" all_accounted
	ping_all 3 "$gateway"
}
