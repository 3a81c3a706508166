#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Errors from the kernel (ENOMEM, E2BIG, EBUSY, EPERM) at the calls by which
# load, attach, bind, unbind and detach change something: exit code 1, one
# line that names the object, and nothing is changed (I8); what takes away is
# completed when it is asked for again.  FULL and COMMANDS as in 51-fault-kill.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"

errors=0
NOTHING= # prints what is different from before the command

# one_line NAME: what is wrong with what $DIR/err says
one_line() {
	local err
	err=$(grep -v '^xovn: warning: ' "$DIR/err")
	[ "$(wc -l <<<"$err")" = 1 ] && [[ $err == "xovn: $1: "*": "* ]] ||
		echo "not one line: $err"
}

# again COMMAND...: what has been taken away cannot be any more
again() {
	xovn node2 "$@" >"$DIR/out" 2>&1 || grep -q ' is not \(bound\|attached\)' "$DIR/out"
}

# refusals NAME PREPARE COMMAND...: every place, one errno after the other.
refusals() {
	local name=$1 prepare=$2 n bad=() wrong from=$errors code e
	local list=(ENOMEM E2BIG EBUSY EPERM)
	shift 2
	[[ ${COMMANDS:-$name} == *"$name"* ]] || return 0
	$prepare
	injected node2 -l "$DIR/calls" "$@" >"$DIR/out" 2>&1 || {
		fail "$name" "$(cat "$DIR/out")"
		return
	}
	for n in $(places "$DIR/calls" "$MOST"); do
		e=${list[errors % 4]}
		errors=$((errors + 1))
		$prepare
		injected node2 -l "$DIR/shot" -n "$n" -e "$e" "$@" >"$DIR/out" 2>"$DIR/err"
		code=$?
		wrong=
		grep -q HIT "$DIR/shot" || wrong+="no call $n"
		if [ $code = 0 ]; then
			# what could not be done did not matter
			wrong+=$($DONE)
		else
			[ $code = 1 ] || wrong+="exit code $code "
			wrong+="$(one_line "$1")$($NOTHING)"
			again "$@" || wrong+="again: $(cat "$DIR/out")"
			wrong+=$($DONE)
		fi
		[ -z "$wrong" ] || bad+=("$e $(sed -n "${n}p" "$DIR/calls"): $wrong")
	done
	if [ ${#bad[@]} = 0 ]; then
		pass "I8 $name: $((errors - from)) errors at $(wc -l <"$DIR/calls") calls"
	else
		fail "I8 $name" "$(printf '%s\n' "${bad[@]}")"
	fi
}

load() { # FILE OPTIONS...
	local file=$1
	shift
	xovn node2 load --nb "$file" --chassis node2 --placement "$PLACEMENT" \
		--no-announce "$@"
}

# shellcheck disable=SC2317 # by name
unwritten() {
	local out
	out=$(load "$1" --dry-run 2>/dev/null)
	[[ $out == *"(0 map writes"* ]] || echo "maps are not those of $1: $out"
}

# shellcheck disable=SC2317 # all by name
{
	small() { load "$NB" >/dev/null 2>&1; }
	is_small() { unwritten "$NB"; }
	is_large() { unwritten "$DIR/private.db"; }
	bound() { xovn node2 bind vm4 ls2-vm4 >/dev/null 2>&1; }
	unbound() { xovn node2 unbind vm4 >/dev/null 2>&1; }
	attached() { xovn node2 attach ens3 --underlay >/dev/null 2>&1; }
	detached() { xovn node2 detach ens3 >/dev/null 2>&1; }
	nothing() { xovn node2 detach --all >/dev/null 2>&1; }
	is() { # PINS
		is_small
		[ "$(find "$PINS/node2" -name 'link_*' | wc -l)" = "$1" ] ||
			echo "links: $(find "$PINS/node2" -name 'link_*')"
	}
	has_three() { is 3; }
	has_two() { is 2; }
	any() { :; }
	is_gone() { [ ! -d "$PINS/node2" ] || find "$PINS/node2"; }
}

net_init
net_up
PRISTINE=$(footprint node2)
# shellcheck disable=SC2086
check "three hosts" xovn_up $NODES
warm
nb_server "$NB"
extra=()
for i in $(seq 0 9); do
	extra+=(-- lsp-add ls1 "extra$i" -- lsp-set-addresses "extra$i"
		"02:ee:00:00:00:0$i 172.18.100.4$i")
done
nb "${extra[@]:1}" -- lsp-del ls1-vm2 -- lr-add lr-new

ping_start vm1 "${VM_IP[vm3]}"
MOST=16 NOTHING=is_small DONE=is_large
refusals "load of another network" small load --nb "$DIR/private.db" \
	--chassis node2 --placement "$PLACEMENT" --no-announce
small
MOST=12 NOTHING=has_two DONE=has_three
refusals "bind" unbound bind vm4 ls2-vm4
NOTHING=any DONE=has_two
refusals "unbind" bound unbind vm4
bound
expect "I8 and nothing is lost" "0 of many" "$(ping_lost)"
NOTHING=has_two DONE=has_three
refusals "attach" detached attach ens3 --underlay
NOTHING=any DONE=has_two
refusals "detach" attached detach ens3
attached
KERNEL=$(in_kernel node2)
MOST=4 NOTHING=is_gone DONE=is_small
refusals "first load" nothing load --nb "$NB" --chassis node2 \
	--placement "$PLACEMENT" --no-announce
KERNEL+=$'\n'$(in_kernel node2)
check "detach --all" xovn node2 detach --all
expect "I11 leaves nothing" "" "$(left node2 "$PRISTINE" "$KERNEL")"
echo "# $errors errors"
finish
