# SPDX-License-Identifier: GPL-2.0-only
# Lists the unsafe code of Rust files, a line for each piece: its file and its kind, which is one of
#   call         a block that calls C
#   memory       a block that reads or writes memory that a pointer points to
#   reference    a block that makes a reference from a pointer
#   function     a block that calls another unsafe function
#   callback     a function that C calls
#   requirement  another function that is unsafe to call
#   thread       an implementation of Send or Sync
#   trait        another trait that is unsafe to implement, or an implementation of one

function kind_of(block,  rest) {
	rest = block
	# What makes objects of pointers, not what bindgen calls accessors of bits.
	gsub(/(from|into|as)_raw\(/, "(", rest)
	if (rest ~ /_raw\(|(read|write)(_volatile|_unaligned|_bytes)?\(|copy_nonoverlapping|drop_in_place|zeroed\(|\(\*[a-z_]+\)\.|Atomic::from_ptr/)
		return "memory"
	if (block ~ /bindings::[A-Za-z_0-9]+\(/)
		return "call"
	if (block ~ /&(mut )?\*|from_raw|as_ref\(\)|as_mut\(\)|new_unchecked/)
		return "reference"
	return "function"
}

# The code of a file as one text, without comments, so that a block may have any number of lines.
function finish(  rest, depth, i, c) {
	rest = code
	while (match(rest, /(^|[^A-Za-z0-9_])unsafe( extern "C")? (\{|fn [a-z_]|impl|trait)/)) {
		piece = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		if (piece ~ /\{$/) {
			depth = 1
			for (i = 1; depth > 0 && i <= length(rest); i++) {
				c = substr(rest, i, 1)
				depth += (c == "{") - (c == "}")
			}
			# What is inside is looked at again: blocks may be nested in closures.
			print file, kind_of(substr(rest, 1, i - 1))
		} else if (piece ~ /extern/)
			print file, "callback"
		else if (piece ~ /fn/)
			print file, "requirement"
		else if (piece ~ /trait$/ || substr(rest, 1, index(rest, "{")) !~ /(Send|Sync) for /)
			print file, "trait"
		else
			print file, "thread"
	}
	code = ""
}

FNR == 1 {
	finish()
	file = FILENAME
}
{
	sub(/\/\/.*/, "")
	code = code $0 " "
}
END {
	finish()
}
