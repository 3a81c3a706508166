#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Loads under traffic: established connections outlive the removal of their
# backend, of other rules and the addition of SNAT; ct_flush cuts them.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
VIP=192.168.209.55
N=60

backends() { # of the tutorial's load balancer on gw1: IPs
	nb set load_balancer "$lb" "vips={\"$VIP\"=\"$1\"}"
}
# choices: the servers of N datagrams from fixed ports, a line each.
choices() {
	xovn node1 ct flush --proto udp >/dev/null
	ask ext $VIP -u -p 30000 -c $N | cut -d ' ' -f 1
}

# moved FILE: how many of them are other than in FILE.
moved() {
	choices | paste -d ' ' "$1" - | awk '$1 != $2' | wc -l
}

for MODE in $MODES; do
	tutorial
	servers ext vm1 vm2 vm3
	warm_gateway
	nb_server "$DATA/base/nb.db"
	ping_start ext "${VM_IP[vm1]}"
	nb lr-nat-add gw1 snat "$GW" 172.18.0.0/16
	check "$MODE: load the SNAT rule under traffic" reload_nb
	expect "I9 $MODE: what comes from outside loses nothing" "0 of many" "$(ping_lost)"
	expect "$MODE: new connections are translated" $GW "$(client_seen vm3 "$EXT")"

	nb_server "$DATA/snat-router-lb/nb.db"
	lb=$(nb --bare --columns _uuid list load_balancer)
	backends "${VM_IP[vm1]},${VM_IP[vm2]},${VM_IP[vm3]}"
	must "$MODE: load three backends" reload_nb
	choices >"$DIR/before"
	expect "$MODE: all three are chosen" "vm1 vm2 vm3" "$(sort -u "$DIR/before" | xargs)"
	hold ext $VIP -c 40
	ping_start ext $VIP
	check "$MODE: the same snapshot again" reload_nb
	expect "$MODE: moves nothing" 0 "$(moved "$DIR/before")"
	expect "I9 $MODE: and loses no ping to the VIP" "0 of many" "$(ping_lost)"
	vm2_had=$(grep -c vm2 "$DIR/before")
	backends "${VM_IP[vm1]},${VM_IP[vm3]}"
	check "$MODE: load without vm2" reload_nb
	expect "$MODE: new ones go to the others" "vm1 vm3" "$(answers ext $VIP -c 30)"
	got=$(moved "$DIR/before")
	expect "$MODE: only new ones of vm2 and few others move: $got of $N, vm2 had $vm2_had" \
		yes "$([ "$got" -ge "$vm2_had" ] && [ "$got" -le $((2 * N / 3)) ] && echo yes)"
	backends "${VM_IP[vm1]},${VM_IP[vm2]},${VM_IP[vm3]}"
	check "$MODE: load with vm2 again" reload_nb
	expect "$MODE: the choice is as before" 0 "$(moved "$DIR/before")"
	at_least "$MODE: of the held ones vm2 has some" 1 "$(held_at vm2)"
	expect "$MODE: no established connection is lost" "0 lost of 40" "$(held_lost)"

	# with ct_flush a backend takes its connections with it
	nb set load_balancer "$lb" options:ct_flush=true
	check "$MODE: load with ct_flush" reload_nb
	hold ext $VIP -c 40
	backends "${VM_IP[vm1]},${VM_IP[vm3]}"
	check "$MODE: load without vm2" reload_nb
	expect "$MODE: ct_flush cuts those of vm2 ($(held_at vm2)) only" \
		"$(held_at vm2) lost of 40" "$(held_lost)"
	net_down
done
finish
