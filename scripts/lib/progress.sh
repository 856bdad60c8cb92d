# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Runs long commands so that a person sees what happens and how far it is.

# Process ids of the command and of what shows its progress; empty when none runs.
job=
display=

elapsed() {
	seconds=$(($(date +%s) - started))
	printf '%d:%02d' $((seconds / 60)) $((seconds % 60))
}

# The last line of file $1, without control characters, $2 columns of it at most.
last_words() {
	tail -c 1000 "$1" | tr '\r' '\n' | tr -cd '[:print:]\n' | grep . | tail -n 1 | cut -c "1-$2"
}

# Sleeps $1 seconds, and not longer than the shell lives.
nap() {
	sleep "$1" &
	napping=$!
	wait "$napping"
}

# On a terminal one line is redrawn; elsewhere a new line comes now and then.
show_progress() {
	trap 'kill "$napping" 2>/dev/null; exit' TERM
	if [ -t 1 ]; then
		columns=$({ stty size </dev/tty || echo 24 80; } 2>/dev/null | cut -d ' ' -f 2)
		while nap 1; do
			printf '\r\033[K%s  %s  %s' "$1" "$(elapsed)" "$(last_words "$2" $((columns - ${#1} - 12)))"
		done
	else
		printf '%s\n' "$1"
		while nap 15; do
			printf '%s  %s  %s\n' "$1" "$(elapsed)" "$(last_words "$2" 100)"
		done
	fi
}

end_progress() {
	kill "$display" 2>/dev/null || :
	wait "$display" || :
	[ ! -t 1 ] || printf '\r\033[K'
	display=
}

# with_progress TITLE LOG CMD ARGS...: CMD's output goes to LOG only. CMD's exit status is returned.
with_progress() {
	title=$1 log=$2
	shift 2
	started=$(date +%s)
	"$@" </dev/null >"$log" 2>&1 &
	job=$!
	show_progress "$title" "$log" &
	display=$!
	status=0
	wait "$job" || status=$?
	job=
	end_progress
	[ "$status" -ne 0 ] || printf '%s: done in %s\n' "$title" "$(elapsed)"
	return "$status"
}

# Ends what with_progress runs. Returns 1 if that is nothing.
interrupt_progress() {
	[ -n "$job" ] || return 1
	kill -KILL "$job" 2>/dev/null || :
	job=
	end_progress
}
