#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Where the programs hang: TCX where the kernel has it, clsact elsewhere, said
# by attach and seen by the kernel's own tools.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/../topo/lib.sh"

# links IFACE: "tcx" and "clsact", whichever holds a program of ours
kinds() {
	on node2 sh -c "
		bpftool -j net show dev $1 | grep -q 'tcx/ingress' && echo tcx
		tc filter show dev $1 ingress | grep -q 'bpf.*direct-action' &&
			echo clsact" | xargs
}

net_init
net_up
said="*clsact: no TCX here*"
[ "$ATTACH" = clsact ] || said="*mode tc (asked for); *"
xovn node2 load --nb "$NB" --chassis node2 --placement "$PLACEMENT" \
	>"$DIR/load" 2>&1 || fail "load" "$(cat "$DIR/load")"
expect "attach says that it is by $ATTACH" "$said" \
	"$(xovn node2 attach ens3 --underlay --mode tc 2>&1)"
check "bind" xovn node2 bind vm1 ls1-vm1
for dev in ens3 vm1; do
	# the kernel's tools of Debian 12 do not know TCX
	if [ "$ATTACH" = tcx ]; then
		expect "$dev: no clsact filter" "" "$(kinds $dev | grep clsact)"
		at_least "$dev: a pinned link" 1 "$(find "$PINS/node2" \
			-path "*$dev*" ! -type d | wc -l)"
	else
		expect "$dev: a clsact filter" clsact "$(kinds $dev)"
	fi
done
check "load again replaces the programs" xovn node2 load --nb "$NB" \
	--chassis node2 --placement "$PLACEMENT"
check "detach --all" xovn node2 detach --all
for dev in ens3 vm1; do
	expect "$dev: nothing left" "" "$(kinds $dev)"
	expect "$dev: no qdisc left" "" \
		"$(on node2 tc qdisc show dev $dev | grep clsact)"
done
finish
