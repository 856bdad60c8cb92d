# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Allocations that fail on purpose, by the kernel's fault injection. Only those count that are made below a function of the driver
# under test, of usbnet or of cdc-wdm.

faults='/sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc'

# function_bounds NAME: the addresses of a function of the kernel, and of what comes behind it.
function_bounds() {
	awk -v name="$1" '
		$3 == name { begin = $1 }
		{ address[NR] = $1 }
		END {
			for (i in address)
				if (address[i] "" > begin "" && (end == "" || address[i] "" < end ""))
					end = address[i]
			print "0x" begin, "0x" end
		}' /proc/kallsyms
}

# use_faults [MODULE]: only those of this module count, if one is given. The driver must be loaded.
use_faults() {
	# Modules are in the last 2 GiB. The shell counts to 2^63 only.
	# shellcheck disable=SC2086 # names of modules
	bounds=$(for module in ${1-$QMI_DRIVER usbnet cdc_wdm}; do
		[ -d "/sys/module/$module/sections" ] || continue # usbnet is of the C driver alone
		start=$(sed s/^0xffffffff/0x/ "/sys/module/$module/sections/.text")
		size=$(sed -n "s/^$module \([0-9]*\) .*/\1/p" /proc/modules)
		printf '0xffffffff%08x\n' "$start" $((start + size))
	done | sort)
	# xHCI needs memory to cancel a request. Without it a caller that cancels a request waits for ever.
	cancel=$(function_bounds xhci_urb_dequeue)
	for knobs in $faults; do
		write "${cancel% *}" "$knobs/reject-start"
		write "${cancel#* }" "$knobs/reject-end"
		write 0 "$knobs/verbose" # a stack trace for each would look like a fault of the kernel
		write N "$knobs/ignore-gfp-wait"
		write "$(printf '%s\n' "$bounds" | head -n 1)" "$knobs/require-start"
		write "$(printf '%s\n' "$bounds" | tail -n 1)" "$knobs/require-end"
	done
	write 0 /sys/kernel/debug/fail_page_alloc/min-order
	# What kmemleak and the like allocate for themselves is no concern of the driver's.
	for cache in /sys/kernel/slab/*/failslab; do
		case $cache in
		*/kmemleak_* | */debug_objects_*) ;;
		*) echo 1 >"$cache" ;;
		esac
	done
	write Y /sys/kernel/debug/failslab/cache-filter
}

# while_failing NTH COMMAND: runs it in a process of its own while the NTH allocation of that fails; sets $outcome to "done" or
# "failed", and $left to 0 unless there were fewer. Nothing fails while the process ends and closes what it has opened.
while_failing() {
	answers=$(
		exec 8<>/proc/thread-self/fail-nth
		echo "$1" >&8
		"$2" 2>/dev/null && echo 'done' || echo failed
		cat <&8
		echo 0 >&8
	)
	outcome=${answers%[!0-9]*}
	left=${answers##*[!0-9]}
}

# Each one, unless there is little time.
stride=1

# So many must fail, or it is no test.
least=1

# hurry STRIDE: for "make test".
hurry() {
	[ "${QMI_FULL-}" = yes ] || stride=$1
}

# each_allocation COMMAND UNDO: runs COMMAND while the first allocation fails, and the second, and so on until there are no more;
# if it succeeds nonetheless, UNDO takes it back. It is each $stride-th only, from one that the seed chooses. Sets $allocations to
# how many have failed.
each_allocation() {
	nth=$((1 + QMI_SEED % stride))
	allocations=0
	while while_failing $nth "$1" && [ "$left" = 0 ]; do
		allocations=$((allocations + 1))
		nth=$((nth + stride))
		[ "$outcome" = failed ] || "$2"
		[ $nth -lt 2000 ] || fail "no end of allocations"
	done
	[ "$outcome" = 'done' ] || fail "$1 fails, though no allocation did"
	[ $allocations -ge $least ] || fail "$allocations allocations failed"
	"$2"
}

# fail_allocation NTH: from now on the NTH allocation fails, in whatever context it is made, once.
fail_allocation() {
	for knobs in $faults; do
		write "$1" "$knobs/interval"
		write 1 "$knobs/times"
		write 100 "$knobs/probability"
	done
}

# failed_allocations: how many of the two kinds have failed since.
failed_allocations() {
	for knobs in $faults; do
		cat "$knobs/times"
	done | grep -c '^0$'
}

end_faults() {
	for knobs in $faults; do
		write 0 "$knobs/probability"
	done
}

# fail_all_of COMMAND...: runs it, and all fail that it makes itself, not those in interrupts meanwhile.
fail_all_of() {
	for knobs in $faults; do
		write Y "$knobs/task-filter"
		write 1 "$knobs/interval"
		write 10000 "$knobs/times"
		write 100 "$knobs/probability"
	done
	# shellcheck disable=SC2016 # its own arguments
	sh -c 'echo 1 >/proc/self/make-it-fail && exec "$@"' sh "$@" || :
	end_faults
	for knobs in $faults; do
		write N "$knobs/task-filter"
	done
	[ "$(cat /sys/kernel/debug/failslab/times)" -lt 10000 ] || fail "$1: no allocation failed"
}
