# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Telling what happens, and failing when it is not what should.

step() {
	printf -- '- %s\n' "$*"
}

fail() {
	failure="failed: $*"
	printf '%s\n' "$failure"
	exit 1
}

# Prints a command as one would type it, and runs it.
show() {
	printf '  $ %s\n' "$*"
	shown=$("$@" 2>&1) || fail "'$*' ended with status $?: $shown"
	printf '%s\n' "$shown" | indent
}

indent() {
	sed 's/^/    /'
}

# fact KEY VALUE: a cell of the demo's table.
fact() {
	printf 'fact %s %s\n' "$1" "$2" >&3
}

# expect WANTED COMMAND...: its output is exactly this.
expect() {
	wanted=$1
	shift
	got=$("$@" 2>&1) || fail "'$*' ended with status $?: $got"
	[ "$got" = "$wanted" ] || fail "'$*' gave '$got', not '$wanted'"
}

# expect_line PATTERN COMMAND...: its output has a line like this.
expect_line() {
	pattern=$1
	shift
	got=$("$@" 2>&1) || fail "'$*' ended with status $?: $got"
	printf '%s\n' "$got" | grep -qE -- "$pattern" || {
		printf '%s\n' "$got" | indent
		fail "'$*' gave no line like '$pattern'"
	}
}

# expect_error MESSAGE COMMAND...: it fails, saying this.
expect_error() {
	message=$1
	shift
	if got=$("$@" 2>&1); then
		fail "'$*' succeeded; wanted: $message"
	fi
	case $got in
	*"$message"*) ;;
	*) fail "'$*' said '$got', not '$message'" ;;
	esac
}

# expect_gone PATH...: not there, and not coming.
expect_gone() {
	udevadm settle --timeout=$limit
	for path in "$@"; do
		[ ! -e "$path" ] || fail "$path is there"
	done
}

expect_there() {
	for path in "$@"; do
		[ -e "$path" ] || fail "$path is not there"
	done
}

# wait_for_value VALUE FILE: until the file reads so. For what no event tells of.
wait_for_value() {
	deadline=$(($(date +%s) + limit))
	until [ "$(cat "$2")" = "$1" ]; do
		[ "$(date +%s)" -lt "$deadline" ] || fail "$2 is $(cat "$2"), not $1, after $limit s"
		sleep 0.1
	done
}

# wait_until WHAT COMMAND...: until the command succeeds. For what no event tells of.
wait_until() {
	what=$1
	shift
	deadline=$(($(date +%s) + 2 * limit))
	until "$@"; do
		[ "$(date +%s)" -lt "$deadline" ] || fail "waited $((2 * limit)) s for $what"
		sleep 0.2
	done
}

# catch CONDITION: waits until the shell finds it true. Looks often, for what may soon be over.
catch() {
	timeout $limit sh -c "until $1; do sleep 0.02; done" || fail "not so after $limit s: $1"
}

# expect_log PATTERN: the kernel logged such a line since the scenario began.
expect_log() {
	kernel_log | grep -qE -- "$1" || fail "the kernel logged no line like '$1'"
}

# expect_no_log PATTERN: the kernel logged no such line.
expect_no_log() {
	! kernel_log | grep -E -- "$1" || fail "the kernel logged a line like '$1'"
}

kernel_log() {
	dmesg | awk '/e2e: .* begins/ { text = "" } { text = text $0 "\n" } END { printf "%s", text }'
}

# write VALUE FILE: in one write() without a newline; fails with errno's text.
write() {
	/usr/bin/printf %s "$1" >"$2"
}
