# SPDX-License-Identifier: GPL-2.0-only
# Takes a Rust file, as rustfmt formats it, and prints it without the modules whose files are not there, and without what it
# re-exports of them.
# Usage: awk -f squeeze.awk -f prune-modules.awk -v folder=FOLDER FILE
# where FOLDER is that of the modules that FILE declares.

function is_there(file,  line, result) {
	result = (getline line <file) >= 0
	close(file)
	return result
}

function forget() {
	count = 0
	path = ""
}

BEGIN {
	is_code = "^(pub(\\([a-z:_ ]*\\))? )?"
}
# Comments and attributes belong to the item that follows.
/^(\/\/\/|#\[)/ {
	held[++count] = $0
	if (/^#\[path = "/) {
		path = $0
		gsub(/^#\[path = "|"\]$/, "", path)
	}
	next
}
$0 ~ (is_code "mod [a-z_0-9]+;$") {
	name = $0
	sub(is_code "mod ", "", name)
	sub(/;$/, "", name)
	file = path == "" ? name ".rs" : path
	if (!is_there(folder "/" file) && !is_there(folder "/" name "/mod.rs")) {
		missing[name]
		forget()
		next
	}
}
$0 ~ (is_code "use [a-z_0-9]+(::|;)") {
	name = $0
	sub(is_code "use ", "", name)
	sub(/(::|;).*$/, "", name)
	if (name in missing) {
		dropping = !/;$/
		forget()
		next
	}
}
dropping {
	dropping = !/;$/
	next
}
{
	for (i = 1; i <= count; i++)
		put(held[i])
	forget()
	put($0)
}
