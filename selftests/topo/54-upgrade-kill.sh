#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I8: an upgrade to another map layout is killed at system calls that change
# something: all goes on being forwarded, and the next load ends it.
# shellcheck source=selftests/topo/upgrade.sh
. "$(dirname "$0")/upgrade.sh"
tutorial
warm
XOVN_HERE=$XOVN

injected_load() { # OPTIONS of inject: a load of the other layout
	XOVN=$LAYOUT injected node2 "$@" load --nb "$NB" --chassis node2 \
		--placement "$PLACEMENT" >/dev/null 2>&1
}
# back to the layout of this xovn
again() {
	XOVN=$LAYOUT xovn node2 detach --all >/dev/null 2>&1
	xovn_up node2 >/dev/null 2>&1
	on vm1 ping -q -c 3 -i 0.1 "${VM_IP[vm3]}" >/dev/null 2>&1
	on vm3 ping -q -c 3 -i 0.1 "${VM_IP[vm4]}" >/dev/null 2>&1
}
layout() {
	bpftool -j map dump pinned "$PINS/node2/config" |
		jq '.[0].formatted.value.layout'
}

old=$(layout)
injected_load -l "$DIR/calls"
new=$(layout)
expect "the upgrade itself" $((old + 1)) "$new"
count() { # NAME
	grep -c " $1" "$DIR/calls"
}
n_renames=$(count rename) n_unlinks=$(count unlink)
at_least "calls that change something" 100 "$(wc -l <"$DIR/calls")"
at_least "names that are changed" 30 "$n_renames"
at_least "interfaces, first to the programs in between, then to the new" 6 \
	"$(count "bpf link_update")"
# name of a call, which of those of that name (what is learned meanwhile moves
# the others), which xovn loads next
points=("mkdir:1:new" "bpf obj_pin:20:old" "bpf link_update:2:old"
	"bpf link_update:3:old" "bpf link_update:3:new"
	"bpf link_update:$(count "bpf link_update"):new"
	"rename:$((n_renames - 30)):new" "rename:$n_renames:new"
	"unlink:$((n_unlinks - 1)):new")
again
for point in "${points[@]}"; do
	IFS=: read -r call number which <<<"$point"
	by=$LAYOUT want=$new
	[ "$which" = new ] || by=$XOVN_HERE want=$old
	ping_start vm1 "${VM_IP[vm3]}"
	injected_load -m "$call*" -k both -n "$number"
	expect "killed at $point" 137 $?
	left=$(find "$PINS/node2" -name next | wc -l)
	said=$(load_by "$by" node2)
	expect "I8 killed at $point ($left begun): the next load ends it" "*map writes*" \
		"$said"
	expect "the layout" "$want" "$(layout)"
	expect "nothing is left beside" "" "$(find "$PINS/node2" -name next)"
	expect "I9 killed at $point: lost" "0 of many" "$(ping_lost)"
	[ "$which" = old ] || again
done

# this xovn meets what a newer one has begun
injected_load -m rename -k both -n $((n_renames - 10))
refused "an upgrade that went too far is not for the older xovn" \
	"*upgrade was interrupted*" load node2 "$NB"
expect "and all is forwarded" "2/2 ttl=63" "$(pings vm1 "${VM_IP[vm3]}" -c 2)"
# detach --all wherever it was
XOVN=$LAYOUT check "detach --all of one that was killed" xovn node2 detach --all
expect "I11 no pin" "" "$(find "$PINS/node2" 2>/dev/null)"
XOVN=$XOVN_HERE
finish
