# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Runs long commands so that a person sees what happens and how far it is.

# For those who cannot see a terminal redraw, a line now and then.
plain_interval_s=15
running=

elapsed() {
	seconds=$(($(date +%s) - started))
	printf '%d:%02d' $((seconds / 60)) $((seconds % 60))
}

# The log's last line, without control characters, cut to the terminal.
last_words() {
	tail -c 1000 "$1" | tr '\r' '\n' | tr -cd '[:print:]\n' | grep . | tail -n 1 | cut -c "1-$2"
}

show_on_terminal() {
	columns=$(stty size 2>/dev/null <&2 | cut -d ' ' -f 2)
	while sleep 1; do
		printf '\r\033[K%s  %s  %s' "$1" "$(elapsed)" "$(last_words "$2" $((${columns:-80} - ${#1} - 12)))"
	done
}

show_in_log() {
	while sleep "$plain_interval_s"; do
		printf '%s  %s  %s\n' "$1" "$(elapsed)" "$(last_words "$2" 100)"
	done
}

# with_progress TITLE LOG CMD ARGS...: CMD's output goes to LOG only. CMD's exit status is returned. Sets `running` to what
# must be ended if the caller is.
with_progress() {
	title=$1 log=$2
	shift 2
	started=$(date +%s)
	printf '%s\n' "$title"
	"$@" </dev/null >"$log" 2>&1 &
	running=$!
	if [ -t 1 ]; then
		show_on_terminal "$title" "$log" &
	else
		show_in_log "$title" "$log" &
	fi
	running="$running $!"
	status=0
	wait "${running% *}" || status=$?
	kill "${running#* }" 2>/dev/null || :
	wait "${running#* }" 2>/dev/null || :
	running=
	if [ -t 1 ]; then
		printf '\r\033[K'
	fi
	[ "$status" -ne 0 ] || printf '%s: done in %s\n' "$title" "$(elapsed)"
	return "$status"
}
