# SPDX-License-Identifier: GPL-2.0-only
# put(LINE) prints LINE: blank lines that stood around what was dropped become one, or none before a closing brace and at the end.

function put(line) {
	if (line == "") {
		blank = started
		return
	}
	if (blank && line !~ /^ *}/)
		print ""
	blank = 0
	started = 1
	print line
}
