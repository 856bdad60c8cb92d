# SPDX-License-Identifier: GPL-2.0-only
# Takes a Rust file, as rustfmt formats it, and a list of the cfgs that hold, a line for each (as in kernel_ext/probes). Prints the
# file without these cfgs: what is behind cfg(NAME) stays, what is behind cfg(not(NAME)) goes. A paragraph of the module's comment
# that explains the probes goes as well.
# Usage: awk -f squeeze.awk -f resolve-cfgs.awk PROBES FILE

function indent_of(line) {
	match(line, /^ */)
	return RLENGTH
}

function put_paragraph() {
	if (paragraph != "" && paragraph !~ /kernel_ext\/probes/) {
		if (paragraphs++)
			put("//!")
		put(paragraph)
	}
	paragraph = ""
}

NR == FNR {
	if ($1 ~ /^[a-z]/)
		holds[$1]
	next
}
/^\/\/!/ {
	if ($0 == "//!")
		put_paragraph()
	else
		paragraph = paragraph (paragraph == "" ? "" : "\n") $0
	next
}
{
	put_paragraph()
}

# Inside of an item that goes.
dropping {
	if (indent_of($0) == depth && /[;}]$/)
		dropping = 0
	next
}
/^ *#\[cfg\((not\()?[a-z_]+\)+\]$/ {
	name = $0
	gsub(/^ *#\[cfg\((not\()?|\)+\]$/, "", name)
	if (name in holds) {
		goes = /cfg\(not\(/
		next
	}
}
# Comments and attributes belong to the item that follows.
/^ *(\/\/\/|#\[)/ {
	held[++count] = $0
	next
}
goes {
	goes = count = 0
	depth = indent_of($0)
	dropping = !/[;}]$/
	next
}
{
	for (i = 1; i <= count; i++)
		put(held[i])
	count = 0
	put($0)
}
