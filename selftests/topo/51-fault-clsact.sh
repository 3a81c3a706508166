#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I8, I11 as in 51-fault-kill and 53-fault-errors where there is no TCX: clsact
# filters, which outlive the process that made them.  By turns killed and
# refused; on any kernel, because notcx.so hides TCX from xovn.
# shellcheck source=selftests/topo/fault.sh
. "$(dirname "$0")/fault.sh"

MOST=4

# xovn and injected, by a library in front of libbpf
on() {
	local ns=$NET-$1
	shift
	case $1 in
	"$XOVN" | "$TOOLS/inject") set -- env LD_PRELOAD="$TOOLS/notcx.so" "$@" ;;
	esac
	ip netns exec "$ns" "$@"
}

# filters_are N: so many interfaces have a filter of xovn's, and no other one
# has a clsact qdisc
# shellcheck disable=SC2317 # all by name
{
	filters_are() {
		local dev n=0 qdiscs
		for dev in ens3 vm1 vm4; do
			[[ $(on node2 tc filter show dev $dev ingress) != *direct-action* ]] ||
				n=$((n + 1))
		done
		qdiscs=$(on node2 tc qdisc show | grep -c clsact)
		[ "$n $qdiscs" = "$1 $1" ] || echo "$n filters, $qdiscs qdiscs, wanted $1"
	}
	has_three() { unwritten "$NB" && filters_are 3; }
	has_two() { unwritten "$NB" && filters_are 2; }
	any() { :; }
	bound() { xovn node2 bind vm4 ls2-vm4 >/dev/null 2>&1; }
	unbound() { xovn node2 unbind vm4 >/dev/null 2>&1; }
	attached() { xovn node2 attach ens3 --underlay >/dev/null 2>&1; }
	detached() { xovn node2 detach ens3 >/dev/null 2>&1; }
}

net_init
net_up
pristine node2
# shellcheck disable=SC2086
check "three hosts" xovn_up $NODES
warm
expect "by clsact" "" "$(filters_are 3)"
ping_start vm1 "${VM_IP[vm3]}"
PROBES=("${VM_IP[vm3]}" "${VM_IP[vm4]}")
AFTER=11 EITHER="1[01]" FINALLY=has_three
survey "bind" unbound bind vm4 ls2-vm4
NOTHING=has_two DONE=has_three
refusals "bind" unbound bind vm4 ls2-vm4
AFTER=10 FINALLY=has_two
survey "unbind" bound unbind vm4
NOTHING=any DONE=has_two
refusals "unbind" bound unbind vm4
bound
expect "I8 others lose nothing" "0 of many" "$(ping_lost)"
AFTER=11 EITHER="[01]1" FINALLY=has_three
survey "attach" detached attach ens3 --underlay
NOTHING=has_two DONE=has_three
refusals "attach" detached attach ens3 --underlay
AFTER=01 FINALLY=has_two
survey "detach" attached detach ens3
NOTHING=any DONE=has_two
refusals "detach" attached detach ens3
attached
gone node2
echo "# $shots kills, $errors errors"
finish
