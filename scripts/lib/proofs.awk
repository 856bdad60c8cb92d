# SPDX-License-Identifier: GPL-2.0-only
# Complains of SAFETY comments that prove nothing by themselves: they refer to another one, or say next to nothing.

function finish(  words) {
	if (proof == "")
		return
	words = split(proof, unused, " ")
	if (words < 4 || tolower(proof) ~ /(^|[^a-z])((as|see|like) (the )?(lines? )?(above|below|before)|same (as|here)|dito|ditto|likewise)([^a-z]|$)/)
		print file ":" line ": a SAFETY comment must prove its block by itself, not:" proof
	proof = ""
}

FNR == 1 {
	finish()
	file = FILENAME
}
/^[ \t]*\/\/ SAFETY:/ {
	finish()
	line = FNR
	proof = $0
	sub(/^[ \t]*\/\/ SAFETY:/, "", proof)
	proof = proof " "
	next
}
/^[ \t]*\/\/ / && proof != "" {
	more = $0
	sub(/^[ \t]*\/\/ /, "", more)
	proof = proof more " "
	next
}
{
	finish()
}
END {
	finish()
}
