#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I9: load again, with and without changes, under traffic: no
# packet is lost.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
tutorial
warm
again() {
	xovn "$1" load --nb "${2:-$NB}" --chassis "$1" --placement "$PLACEMENT"
}

ping_start vm1 "${VM_IP[vm3]}"
for _ in 1 2 3; do
	for node in node2 node3; do again $node >>"$DIR/again" 2>&1 || echo failed >>"$DIR/again"; done
done
expect "I9 load three times on two hosts under a ping, lost" "0 of many" "$(ping_lost)"
expect "and no load failed" "" "$(grep failed "$DIR/again")"
expect "load again says what changed in one line" 1 \
	"$(again node2 2>/dev/null | wc -l)"

ping_start vm1 "${VM_IP[vm3]}"
nb_server "$NB"
other=$DIR/other.db
nb lsp-add ls1 ls1-new -- lsp-set-addresses ls1-new "02:ac:10:ff:00:30 172.18.100.30"
cp "$DIR/private.db" "$other"
for node in $NODES; do
	check "load with one more port on $node" again "$node" "$other"
done
nb lsp-del ls1-vm2
cp "$DIR/private.db" "$other"
for node in $NODES; do
	check "load with a bound port gone on $node" again "$node" "$other"
done
expect "I9 changes elsewhere lose no packet" "0 of many" "$(ping_lost)"
expect "the port that went is unreachable" "0/1*" \
	"$(pings vm1 "${VM_IP[vm2]}" -c 1 -W 1)"
for node in $NODES; do again "$node" >/dev/null 2>&1; done
expect "and back with the first snapshot" "[12]/2 ttl=64" \
	"$(pings vm1 "${VM_IP[vm2]}" -c 2)"
finish
