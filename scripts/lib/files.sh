# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Which files of the checkout are source, and of what kind. For checks, which run inside the SDK.

cd "${0%/*}/../.." || exit 1

# All that is not ignored by git, so that products of builds are left out and new files are not.
source_files() {
	# The checkout may belong to someone else than root.
	git -c safe.directory="$PWD" ls-files --cached --others --exclude-standard |
		while IFS= read -r file; do
			[ ! -f "$file" ] || printf '%s\n' "$file"
		done
}

# Rust that goes into the kernel.
driver_files() {
	source_files | grep '\.rs$' | grep -v '^tests-qemu/'
}
