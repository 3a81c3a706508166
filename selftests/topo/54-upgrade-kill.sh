#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I8: an upgrade to another map layout is killed at system calls that change
# something: all goes on being forwarded, and the next load ends it.
# shellcheck source=selftests/topo/upgrade.sh
. "$(dirname "$0")/upgrade.sh"
[ -n "$(command -v strace)" ] || {
	skip "killed upgrades" "there is no strace"
	finish
}

tutorial
warm
XOVN_HERE=$XOVN

traced() { # OPTIONS...: a load of the other layout
	on node2 strace -qq -o "$DIR/trace" "$@" "$LAYOUT" --pin "$PINS/node2" \
		load --nb "$NB" --chassis node2 --placement "$PLACEMENT" >/dev/null 2>&1
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

calls=mkdir,rename,unlink,rmdir
traced -e "trace=bpf,$calls"
expect "the upgrade itself" 4 "$(layout)"
count() { grep -c "^$1(" "$DIR/trace"; }
n_bpf=$(count bpf) n_rename=$(count rename) n_unlink=$(count unlink)
at_least "system calls bpf" 100 "$n_bpf"
at_least "names that are changed" 20 "$n_rename"
# updates of interfaces: first to the programs in between, later to the new
nth() { # SEDEXPR: number of the call bpf that the chosen update is
	local line
	line=$(grep -n BPF_LINK_UPDATE "$DIR/trace" | sed -n "$1" | cut -d : -f 1)
	head -n "${line:-1}" "$DIR/trace" | grep -c '^bpf('
}
first=$(nth 1p) last=$(nth \$p)
# behind the second colon: which xovn loads next
points="mkdir:1:new bpf:$((n_bpf / 8)):old bpf:$((first + 1)):old
	bpf:$((first + 6)):old bpf:$((first + 6)):new bpf:$((last - 1)):new
	rename:$((n_rename - 30)):new rename:$n_rename:new
	unlink:$((n_unlink - 1)):new"
again
for point in ${POINTS:-$points}; do
	IFS=: read -r call number which <<<"$point"
	by=$LAYOUT want=4
	[ "$which" = new ] || by=$XOVN_HERE want=3
	ping_start vm1 "${VM_IP[vm3]}"
	traced -e "inject=$call:signal=KILL:when=$number" -e trace=all
	expect "killed at $point" 137 $?
	left=$(find "$PINS/node2" -name next | wc -l)
	said=$(load_by "$by" node2)
	expect "I8 killed at $point ($left begun): the next load ends it" "*map writes*" \
		"$said"
	expect "the layout" $want "$(layout)"
	expect "nothing is left beside" "" "$(find "$PINS/node2" -name next)"
	expect "I9 killed at $point: lost" "0 of many" "$(ping_lost)"
	[ "$which" = old ] || again
done

# this xovn meets what a newer one has begun
traced -e "inject=rename:signal=KILL:when=$((n_rename - 10))" -e trace=all
refused "an upgrade that went too far is not for the older xovn" \
	"*upgrade was interrupted*" load node2 "$NB"
expect "and all is forwarded" "2/2 ttl=63" "$(pings vm1 "${VM_IP[vm3]}" -c 2)"
# detach --all wherever it was
XOVN=$LAYOUT check "detach --all of one that was killed" xovn node2 detach --all
expect "I11 no pin" "" "$(find "$PINS/node2" 2>/dev/null)"
XOVN=$XOVN_HERE
finish
