#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A flood while NAPI is a thread of real-time priority: memory is bounded, pings are answered, and another CPU works
# Driver: rs
# Kernel: rt
# Full: yes
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"

# Seconds that an ordinary process may be late beside it.
late=3

# prefer PRIORITY COMM: threads of the kernel with that name, a pattern of the shell, get it by SCHED_FIFO. Sets $preferred to their
# process ids, as the shell outside knows them.
prefer() {
	preferred=$(
		outside <<-END
			for comm in /proc/[0-9]*/comm; do
				thread=\${comm%/comm}
				thread=\${thread##*/}
				case \$(cat "\$comm") in
				$2) chrt --fifo --pid $1 "\$thread" && echo "\$thread" ;;
				esac
			done 2>/dev/null
		END
	)
	[ -n "$preferred" ] || fail "there is no thread $2"
}

# outside: runs the commands of standard input where the kernel's threads can be seen.
outside() {
	socat -t $limit - UNIX-CONNECT:/run/outside
}

# watch_delays: writes by how much a sleep of 100 ms took longest, in ms, to /tmp/delay, until the file /tmp/watched is gone.
watch_delays() {
	longest=0
	while [ -e /tmp/watched ]; do
		read -r before _ </proc/uptime
		sleep 0.1
		read -r after _ </proc/uptime
		delay=$(awk "BEGIN { print int(($after - $before) * 1000 - 100) }")
		[ "$delay" -le "$longest" ] || longest=$delay
		echo "$longest" >/tmp/delay
	done
}

flood_and_watch() {
	flood "$@" &
	flooding=$!
	wait_until "the flood" test -e /tmp/watched
	watch_delays
	wait $flooding
	delay=$(cat /tmp/delay)
	step "$* : a sleep was $delay ms late"
	[ "$delay" -le $((late * 1000)) ] || fail "a process slept $delay ms too long"
}

plug_flooder raw-ip-ss
connect_muxes 1
open_ports
write 1 /sys/class/net/wwan0/threaded
# An administrator who gives a thread such a priority has to keep the timers and RCU of its CPU before it, and all else away from there.
taskset --cpu-list --pid 0 $$ >/dev/null
prefer 60 'ktimers/*'
prefer 60 'rcuc/*'
prefer 50 'napi/wwan0-*'
for thread in $preferred; do
	expect_line 'new affinity list: 1$' outside <<-END
		taskset --cpu-list --pid 1 $thread
	END
done
for size in 1 64 1500; do
	flood_and_watch $size $closed 1
	flood_and_watch $size $unread 1
done
flood_and_watch 64 $busy 1
