#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I8, I11: load, attach, bind, unbind and detach, killed by kill -9 at calls by
# which they change something.  Whichever of its two processes is killed, the
# command is completed; when both are, each flow is as before or as after, and
# the same command again completes it.
# shellcheck source=selftests/topo/fault.sh
. "$(dirname "$0")/fault.sh"

# shellcheck disable=SC2317 # by name, as those below
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
nothing() { left node2 "${FOOTPRINT[node2]}" "$KERNEL"; }

net_init
net_up
pristine node2
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
gone node2
echo "# $shots kills"
finish
