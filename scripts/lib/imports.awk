# SPDX-License-Identifier: GPL-2.0-only
# Prints what each of the given files of the driver imports from the crate, a line each: FILE PATH, such as
# `qmap/mux.rs inet/ip/IpVersion`. It reads `use` statements, and paths that begin with `crate::` or `super::` anywhere else.

# The path of the module that a file is: qmap/mux.rs is qmap/mux, kernel_ext/mod.rs is kernel_ext, the crate root is nothing.
function module_of(name) {
	sub(/\.rs$/, "", name)
	sub(/(^|\/)mod$/, "", name)
	return name == "qmi_wwan_rs" ? "" : name
}

# tell(PATH): prints the path, which is written as in Rust, from the crate root. What begins with the name of another crate, or
# with what an import has brought, is none of the crate's.
function tell(path,  parts, n, i, from) {
	gsub(/[ \t]/, "", path)
	n = split(path, parts, "::")
	from = module
	i = 1
	if (parts[1] == "crate") {
		from = ""
		i = 2
	} else if (parts[1] == "self")
		i = 2
	else if (parts[1] != "super" && !((from == "" ? "" : from "/") parts[1] in modules))
		return
	for (; parts[i] == "super"; i++)
		if (!sub(/\/[^\/]*$/, "", from))
			from = ""
	for (; i <= n; i++)
		if (parts[i] != "self" && parts[i] != "*")
			from = from (from == "" ? "" : "/") parts[i]
	print file, from == "" ? "." : from
}

# expand(PREFIX, TREE): tells each path of a tree such as a::{b, c::{self, D}}.
function expand(prefix, tree,  i, c, depth, start, open) {
	depth = 0
	start = 1
	open = 0
	for (i = 1; i <= length(tree) + 1; i++) {
		c = i <= length(tree) ? substr(tree, i, 1) : ","
		if (c == "{" && depth++ == 0)
			open = i
		else if (c == "}")
			depth--
		else if (c == "," && depth == 0) {
			if (open)
				expand(prefix substr(tree, start, open - start), substr(tree, open + 1, last_brace(tree, i) - open - 1))
			else if (substr(tree, start, i - start) ~ /[^ \t]/)
				tell(prefix substr(tree, start, i - start))
			start = i + 1
			open = 0
		}
	}
}

# Where the last } before position i is.
function last_brace(text, i) {
	while (substr(text, --i, 1) != "}")
		;
	return i
}

function finish(  rest, statement) {
	rest = code
	# Who may see an item is no import.
	gsub(/pub\(in [a-z_:]*\)/, "", rest)
	code = ""
	while (match(rest, /(^|[^A-Za-z0-9_])use [^;]*;/)) {
		statement = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, 1, RSTART - 1) " " substr(rest, RSTART + RLENGTH)
		sub(/^.?use /, "", statement)
		sub(/;$/, "", statement)
		gsub(/ as [A-Za-z0-9_]+/, "", statement)
		expand("", statement)
	}
	while (match(rest, /(^|[^A-Za-z0-9_:])(crate|super)(::[A-Za-z0-9_]+)+/)) {
		statement = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		sub(/^[^a-z]/, "", statement)
		tell(statement)
	}
}

BEGIN {
	for (i = 1; i < ARGC; i++)
		modules[module_of(ARGV[i])]
}
FNR == 1 {
	finish()
	file = FILENAME
	module = module_of(file)
}
{
	sub(/\/\/.*/, "")
	code = code $0 " "
}
END {
	finish()
}
