# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Commands whose output is of interest only when they fail.

# logged LOG LINES COMMAND ARGS...: the command's output goes to LOG. If it fails, its last LINES are shown, or all with +1.
logged() {
	log=$1 lines=$2
	shift 2
	"$@" >"$log" 2>&1 && return
	tail -n "$lines" "$log"
	return 1
}
