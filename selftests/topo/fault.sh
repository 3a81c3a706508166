# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Commands that are killed, or to which the kernel refuses something, at the
# calls by which they change anything: at every one with FULL=1, else where one
# kind of change begins or ends.  Programs are loaded by threads, beside other
# calls: which of them is the N-th shows when it is hit.  COMMANDS="bind attach":
# only these; VICTIMS="both command": only they, one after the other, are killed
# at each.

# shellcheck source=selftests/topo/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

HOST=node2 # where
FROM=vm1   # answers() asks from there
MOST=12    # places
CALLS='*'  # a pattern: which count
# Seconds until there is no answer: one that took longer is asked for again.
PATIENCE=0.4
[ "$SLOW" = 1 ] || PATIENCE=2
shots=0 errors=0

# kills
AFTER=   # answers once the command has done its work
EITHER=  # and as long as it has not: before or after, for each probe
FINALLY= # prints what is wrong then
# refusals
NOTHING= # prints what is different from before the command
DONE=    # and from after it

# answers: a digit per probe
answers() {
	local pids=() pid probe out=
	for probe in "${PROBES[@]}"; do
		on "$FROM" ping -q -n -c 1 -W $PATIENCE "$probe" >/dev/null 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		if wait "$pid"; then out+=1; else out+=0; fi
	done
	echo "$out"
}

# settles PATTERN: the answers match it; one lost on a busy machine is asked
# for again.  Prints what they are if they do not.
settles() {
	local got
	# of no probe anything is wanted
	[ -n "${1//\[01\]/}" ] || return 0
	for _ in {1..10}; do
		got=$(answers)
		# shellcheck disable=SC2053
		[[ $got != $1 ]] || return 0
	done
	echo "answers $got, wanted $1"
}

# nobody has the directory locked: the child of a command has ended
idle() {
	[ ! -d "$PINS/$HOST" ] || flock "$PINS/$HOST" true
}

# hit N PREPARE OPTIONS...: the command meets what OPTIONS say at its N-th call.
# Two threads that ask the kernel the same thing at once make some calls more;
# what has fewer calls this time meets it at its last.
hit() {
	local n=$1 prepare=$2 code
	shift 2
	while :; do
		$prepare
		injected "$HOST" -m "$CALLS" -l "$DIR/shot" -n "$n" "$@" >"$DIR/out" 2>"$DIR/err"
		code=$?
		if grep -q HIT "$DIR/shot" || [ "$(wc -l <"$DIR/shot")" -ge "$n" ]; then
			return $code
		fi
		n=$(wc -l <"$DIR/shot")
	done
}

# shot WHOM N PREPARE COMMAND...: what is wrong, if anything is
shot() {
	local whom=$1 n=$2 prepare=$3 code
	shift 3
	hit "$n" "$prepare" -k "$whom" "$@"
	code=$?
	idle
	grep -q HIT "$DIR/shot" || echo "no call $n"
	case $whom in
	caller) [ $code = 0 ] || echo "exit code $code: $(cat "$DIR/out" "$DIR/err")" ;;
	*) [ $code = 137 ] || echo "exit code $code, wanted 137" ;;
	esac
}

# again COMMAND...: what has been taken away cannot be any more
again() {
	xovn "$HOST" "$@" >"$DIR/out" 2>&1 ||
		grep -q ' is not \(bound\|attached\)' "$DIR/out" ||
		echo "again: $(cat "$DIR/out")"
}

victims() {
	local list=(caller command both)
	if [ -n "${VICTIMS:-}" ]; then
		echo "$VICTIMS"
	elif [ -n "${FULL:-}" ]; then
		echo "${list[@]}"
	else
		echo "${list[shots % 3]}"
	fi
}

# begins NAME PREPARE COMMAND...: it is wanted, and $DIR/calls has its calls.
begins() {
	local name=$1 prepare=$2
	shift 2
	[[ ${COMMANDS:-$name} == *"$name"* ]] || return 1
	$prepare
	injected "$HOST" -m "$CALLS" -l "$DIR/calls" "$@" >"$DIR/out" 2>&1 || {
		fail "$name" "$(cat "$DIR/out")"
		return 1
	}
	idle
}

# verdict NAME WHAT [WRONG...]
verdict() {
	if [ $# = 2 ]; then
		pass "I8 $1: $2 at $(wc -l <"$DIR/calls") calls"
	else
		fail "I8 $1: $2 at $(wc -l <"$DIR/calls") calls, $(($# - 2)) of them wrong" \
			"$(printf '%s\n' "${@:3}")"
	fi
}

# survey NAME PREPARE COMMAND...: kills; PREPARE makes what is there before it.
survey() {
	local name=$1 prepare=$2 n whom bad=() wrong from=$shots
	shift 2
	begins "$name" "$prepare" "$@" || return 0
	for n in $(places "$DIR/calls" "$MOST"); do
		for whom in $(victims); do
			wrong=$(shot "$whom" "$n" "$prepare" "$@")
			# not in shot(), which is a subshell's
			shots=$((shots + 1))
			if [ "$whom" = both ]; then
				wrong+=$(settles "$EITHER")$(again "$@")
			fi
			wrong+=$(settles "$AFTER")$($FINALLY)
			[ -z "$wrong" ] || bad+=("$whom $(grep HIT "$DIR/shot"): $wrong")
		done
	done
	verdict "$name" "$((shots - from)) kills" "${bad[@]}"
}

# one_line NAME: what is wrong with what $DIR/err says
one_line() {
	local err
	err=$(grep -v '^xovn: warning: ' "$DIR/err")
	[ "$(wc -l <<<"$err")" = 1 ] && [[ $err == "xovn: $1: "*": "* ]] ||
		echo "not one line: $err"
}

# refusals NAME PREPARE COMMAND...: one errno after the other.
refusals() {
	local name=$1 prepare=$2 n bad=() wrong from=$errors code e
	local list=(ENOMEM E2BIG EBUSY EPERM)
	shift 2
	begins "$name" "$prepare" "$@" || return 0
	for n in $(places "$DIR/calls" "$MOST"); do
		e=${list[errors % 4]}
		errors=$((errors + 1))
		hit "$n" "$prepare" -e "$e" "$@"
		code=$?
		wrong=
		grep -q HIT "$DIR/shot" || wrong+="no call $n"
		if [ $code != 0 ]; then
			[ $code = 1 ] || wrong+="exit code $code "
			wrong+="$(one_line "$1")$($NOTHING)$(again "$@")"
		fi
		# 0: what could not be done did not matter
		wrong+=$($DONE)
		[ -z "$wrong" ] || bad+=("$e $(grep HIT "$DIR/shot"): $wrong")
	done
	verdict "$name" "$((errors - from)) errors" "${bad[@]}"
}

load() { # FILE OPTIONS...
	local file=$1
	shift
	xovn "$HOST" load --nb "$file" --chassis "$HOST" --placement "$PLACEMENT" \
		--no-announce "$@"
}

# unwritten FILE: what the next load of it would write
unwritten() {
	local out
	out=$(load "$1" --dry-run 2>/dev/null)
	[[ $out == *"(0 map writes"* ]] || echo "maps are not those of $1: $out"
}

# links_are N: so many links are pinned
links_are() {
	[ "$(find "$PINS/$HOST" -name 'link_*' | wc -l)" = "$1" ] ||
		echo "links: $(find "$PINS/$HOST" -name 'link_*')"
}
