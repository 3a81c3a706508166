#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I8, I11: load, attach, bind, unbind and detach, killed by kill -9 at every
# call by which they change something (FULL=1; else where one kind of change
# begins or ends; COMMANDS="bind attach": only these).  Whichever of its two
# processes is killed, the command is completed; when both are, each flow is
# as before or as after, and the same command again completes it.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"

shots=0
AFTER=   # answers once the command has done its work
EITHER=  # and as long as it has not: before or after, for each probe
FINALLY= # prints what is wrong then
MOST=12  # places

# answers: a digit per probe, from vm1
answers() {
	local pids=() pid probe out=
	for probe in "${PROBES[@]}"; do
		on vm1 ping -q -n -c 1 -W 1 "$probe" >/dev/null 2>&1 &
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
	for _ in 1 2 3 4; do
		got=$(answers)
		# shellcheck disable=SC2053
		[[ $got != $1 ]] || return 0
	done
	echo "answers $got, wanted $1"
}

# nobody has the directory locked: the child of a command has ended
idle() {
	[ ! -d "$PINS/node2" ] || flock "$PINS/node2" true
}

# shot WHOM N LOG COMMAND...: what is wrong, if anything is
shot() {
	local whom=$1 n=$2 code
	shift 2
	injected node2 -l "$DIR/shot" -n "$n" -k "$whom" "$@" >"$DIR/out" 2>&1
	code=$?
	idle
	grep -q HIT "$DIR/shot" || echo "no call $n"
	case $whom in
	caller) [ $code = 0 ] || echo "exit code $code: $(cat "$DIR/out")" ;;
	*) [ $code = 137 ] || echo "exit code $code, wanted 137" ;;
	esac
}

again() { # COMMAND...
	# what has been taken away cannot be any more
	xovn node2 "$@" >"$DIR/out" 2>&1 ||
		grep -q ' is not \(bound\|attached\)' "$DIR/out" ||
		echo "again: $(cat "$DIR/out")"
	settles "$AFTER"
}

victims() {
	local list=(caller command both)
	if [ -n "${FULL:-}" ]; then
		echo "${list[@]}"
	else
		echo "${list[shots % 3]}"
	fi
}

# survey NAME PREPARE COMMAND...: PREPARE makes what is there before it.
survey() {
	local name=$1 prepare=$2 n whom bad=() wrong from=$shots
	shift 2
	[[ ${COMMANDS:-$name} == *"$name"* ]] || return 0
	$prepare
	injected node2 -l "$DIR/calls" "$@" >"$DIR/out" 2>&1 || {
		fail "$name" "$(cat "$DIR/out")"
		return
	}
	for n in $(places "$DIR/calls" $MOST); do
		for whom in $(victims); do
			$prepare
			wrong=$(shot "$whom" "$n" "$@")
			# not in shot(), which is a subshell's
			shots=$((shots + 1))
			if [ "$whom" = both ]; then
				wrong+=$(settles "$EITHER")$(again "$@")
			else
				wrong+=$(settles "$AFTER")
			fi
			wrong+=$($FINALLY)
			[ -z "$wrong" ] || bad+=("$whom $(sed -n "${n}p" "$DIR/calls"): $wrong")
		done
	done
	if [ ${#bad[@]} = 0 ]; then
		pass "I8 $name: $((shots - from)) kills at $(wc -l <"$DIR/calls") calls survived"
	else
		fail "I8 $name" "$(printf '%s\n' "${bad[@]}")"
	fi
}

# what the next load would write
# shellcheck disable=SC2317 # by name, as those below
unwritten() {
	local out
	out=$(load "$1" --dry-run 2>/dev/null)
	[[ $out == *"(0 map writes"* ]] || echo "maps are not those of a load: $out"
}

load() { # FILE OPTIONS...
	local file=$1
	shift
	xovn node2 load --nb "$file" --chassis node2 --placement "$PLACEMENT" \
		--no-announce "$@"
}

# shellcheck disable=SC2317
prepare_small() { load "$NB" >/dev/null 2>&1; }
# shellcheck disable=SC2317
prepare_unbound() { xovn node2 unbind vm4 >/dev/null 2>&1; }
# shellcheck disable=SC2317
prepare_bound() { xovn node2 bind vm4 ls2-vm4 >/dev/null 2>&1; }
# shellcheck disable=SC2317
prepare_detached() { xovn node2 detach ens3 >/dev/null 2>&1; }
# shellcheck disable=SC2317
prepare_attached() { xovn node2 attach ens3 --underlay >/dev/null 2>&1; }
# shellcheck disable=SC2317
prepare_all() { xovn_up node2 >/dev/null 2>&1; }
# shellcheck disable=SC2317
prepare_nothing() { xovn node2 detach --all >/dev/null 2>&1; }
# shellcheck disable=SC2317
maps_small() { unwritten "$NB"; }
# shellcheck disable=SC2317
maps_large() { unwritten "$DIR/private.db"; }
# shellcheck disable=SC2317
nothing() { left node2 "$PRISTINE" "$KERNEL"; }

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
lrp=$(nb --bare --columns=name find Logical_Router_Port networks=172.18.100.1/24)
nb "${extra[@]:1}" -- lsp-del ls1-vm2 -- \
	add Logical_Router_Port "$lrp" networks 172.18.101.1/24

ping_start vm1 "${VM_IP[vm3]}"
PROBES=("${VM_IP[vm3]}" "${VM_IP[vm4]}" "${VM_IP[vm2]}" 172.18.101.1)
AFTER=1101 EITHER="11[01][01]" FINALLY=maps_large
survey "load of another network" prepare_small load --nb "$DIR/private.db" \
	--chassis node2 --placement "$PLACEMENT" --no-announce
prepare_small
expect "I8 flows that are the same in both networks lose nothing" "0 of many" \
	"$(ping_lost)"

PROBES=("${VM_IP[vm3]}" "${VM_IP[vm4]}")
ping_start vm1 "${VM_IP[vm3]}"
AFTER=11 EITHER="1[01]" FINALLY=maps_small
survey "bind" prepare_unbound bind vm4 ls2-vm4
AFTER=10
survey "unbind" prepare_bound unbind vm4
expect "I8 bind and unbind take nothing from others" "0 of many" "$(ping_lost)"
prepare_bound
AFTER=11 EITHER="[01]1"
survey "attach" prepare_detached attach ens3 --underlay
AFTER=01
survey "detach" prepare_attached detach ens3
prepare_attached
KERNEL=$(in_kernel node2)
AFTER=00 EITHER="[01][01]" FINALLY=nothing MOST=4
survey "detach --all" prepare_all detach --all
EITHER=00 FINALLY="maps_small" AFTER=00
survey "first load" prepare_nothing load --nb "$NB" --chassis node2 \
	--placement "$PLACEMENT" --no-announce
KERNEL=$(in_kernel node2)
check "detach --all" xovn node2 detach --all
expect "I11 leaves nothing" "" "$(nothing)"
echo "# $shots kills"
finish
