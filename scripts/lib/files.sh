# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Which files of the checkout are source, and of what kind. For checks, which run inside the SDK.

cd /src
# All that git does not ignore: products of builds are left out, new files are not. Root need not own the checkout.
list_files() {
	git -c safe.directory=/src "$@" ls-files --cached --others --exclude-standard
}

# In a released archive, or a working tree whose repository is elsewhere, there is none: an empty one does as well.
if git -c safe.directory=/src rev-parse --git-dir >/dev/null 2>&1; then
	known=$(list_files)
else
	repository=$(mktemp -d)
	git init --quiet "$repository"
	known=$(list_files --git-dir="$repository/.git" --work-tree=/src)
	rm -rf "$repository"
fi

# source_files [PATTERN]: those whose name has PATTERN, an extended regular expression, and which were not deleted.
source_files() {
	printf '%s\n' "$known" | grep -E -- "${1-.}" | while IFS= read -r file; do
		[ ! -f "$file" ] || printf '%s\n' "$file"
	done
}

# The pattern of those that the module is built from.
# shellcheck disable=SC2034 # for the caller
module_source='^(Kbuild|[^/]*\.rs|(inet|kernel_ext|qmap|tests-kunit)/.*)$'

# Rust that goes into the kernel.
driver_files() {
	source_files '\.rs$' | grep -v '^tests-qemu/'
}
