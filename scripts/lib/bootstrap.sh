# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Makes trees of Debian. For steps that run on the host and have set `scripts`, the folder of scripts.

# shellcheck source=scripts/versions
. "$scripts/versions"

# words_of LIST...: the words of lists of packages, without comments, a line for each.
words_of() {
	sed 's/#.*//' "$@" | tr -s '[:blank:]' '\n' | grep .
}

# packages_of LIST...: those to install, as mmdebstrap wants them.
packages_of() {
	words_of "$@" | grep -v '^opt:' | paste -s -d , -
}

# apart_of LIST...: those to unpack into folders of their own.
apart_of() {
	words_of "$@" | sed -n 's/^opt://p' | paste -s -d ' ' -
}

# bootstrap ARCHITECTURE FOLDER APART OPTION...: makes a tree in FOLDER, with the packages APART in /opt. Its lists of packages
# stay, for what is downloaded later: of backports, too. One of armhf, whose kernel is built from source, has the suite alone: less
# depends on mirrors, where the lists of architectures may not fit together for hours.
bootstrap() {
	architecture=$1
	folder=$2
	apart=$3
	shift 3
	# Backports stand beside the suite on each mirror, so its line is derived from the one that mmdebstrap wrote.
	# shellcheck disable=SC2016 # $1 is for the hook's shell
	choose_suites='sed -n "s| '$DEBIAN_SUITE' | '$DEBIAN_SUITE'-backports |p" "$1/etc/apt/sources.list" \
		> "$1/etc/apt/sources.list.d/backports.list"
		test -s "$1/etc/apt/sources.list.d/backports.list"'
	# shellcheck disable=SC2016
	[ "$architecture" != armhf ] || choose_suites='sed -i "/ '$DEBIAN_SUITE'-/d" "$1/etc/apt/sources.list"'
	# Errors are passed on by hand, because a caller may be one that looks at the status.
	mmdebstrap --mode=root --architectures="$architecture" --components=main,contrib "$@" \
		--aptopt='Acquire::Retries "3"' \
		--setup-hook="$choose_suites" \
		--skip=cleanup/apt/lists \
		"$DEBIAN_SUITE" "$folder" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} || return
	mkdir -p "$folder/opt" || return
	for name in $apart; do
		echo "unpacking $name"
		(
			cd "$folder/tmp" &&
				apt-get -o Dir="$folder" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
					-o APT::Architecture="$architecture" -o APT::Architectures="$architecture" download "$name" &&
				dpkg-deb --extract "$name"_*.deb "$folder/opt/$name" &&
				rm "$name"_*.deb
		) || return
	done
}
