# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What each role may do with a modem's devices: a table, of which the documentation has a copy.
#
# The roles: nobody, a user without privileges; mux, root of namespaces that were given a mux device; wwan, root of namespaces
# that were given wwan0.

# shellcheck source=tests-qemu/scenarios/lib/users.sh
. "$scenarios/lib/users.sh"

document=$scenarios/../../Documentation/security.md
table=/tmp/table

# try_all_as ROLE DEVICE: all that `attempts` lists, with DEVICE as mux device; the outcomes go to $table-ROLE.
try_all_as() {
	role=$1
	mux=$2
	: >"$table-$role"
	attempts
}

# attempt WHAT NOBODY MUX WWAN SCRIPT: what comes of SCRIPT for the role, and what is wanted for each.
attempt() {
	case $role in
	nobody)
		wanted=$2
		came=$(outcome as_nobody sh -c "$5")
		;;
	mux)
		wanted=$3
		came=$(outcome as_that_stranger "$5")
		;;
	wwan)
		wanted=$4
		came=$(outcome as_that_stranger "$5")
		;;
	esac
	echo "  $role: $1: $came"
	printf '%s\t%s\n' "$1" "$came" >>"$table-$role"
	if [ "$came" != "$wanted" ]; then
		echo "    but wanted: $wanted"
		surprises=$((${surprises-0} + 1))
	fi
}

# outcome COMMAND...: yes, or why not: no (not allowed), unseen (not there for the role), never (impossible).
outcome() {
	if said=$("$@" 2>&1); then
		echo yes
		return
	fi
	case $said in
	*'ermission denied'* | *'peration not permitted'*) echo no ;;
	*'o such '* | *'nonexistent'* | *'Cannot find device'* | *'does not exist'*) echo unseen ;;
	*'not supported'* | *'no stats available'* | *'No private flags defined'*) echo never ;;
	*) printf '%s\n' "$said" | tail -n 1 ;;
	esac
}

# judge_roles: nothing came out differently, and the documentation has the table.
# shellcheck disable=SC2016 # the backticks are Markdown's
judge_roles() {
	{
		echo '| | no privileges | root where `qmimuxN` is | root where `wwanN` is |'
		echo '|---|---|---|---|'
		paste "$table-nobody" "$table-mux" "$table-wwan" | awk -F '\t' '{ print "| " $1 " | " $2 " | " $4 " | " $6 " |" }'
	} >$table
	[ "${surprises-0}" = 0 ] || fail "$surprises outcomes are not what was wanted"
	sed -n '/<!-- containers -->/,/<!-- end -->/p' "$document" | grep '^|' >$table-documented || :
	if ! cmp -s $table $table-documented; then
		cat $table
		fail "that is not the table in ${document##*/}"
	fi
}
