#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I8: a load that is killed at any moment leaves the ports that it does not
# change forwarding, and the next load makes the maps what they should be.
# Two loads at once take turns.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
tutorial
warm
nb_server "$NB"
# enough changes that a kill falls between two of them
ports=()
for i in $(seq 0 299); do
	ports+=(-- lsp-add ls1 "extra$i" -- lsp-set-addresses "extra$i" \
		"$(printf '02:ee:00:00:%02x:%02x 172.18.100.%d' $((i / 256)) $((i % 256)) $((i % 200 + 40)))")
done
nb "${ports[@]:1}"
cp "$DIR/private.db" "$DIR/large.db"
load() { # FILE
	on node2 "$XOVN" --pin "$PINS/node2" load --nb "$1" --chassis node2 \
		--placement "$PLACEMENT"
}
# without what guests' ARP may teach meanwhile
state() { configured node2 | jq 'del(.routers[].ports[].neighbors)'; }
load "$DIR/large.db" >/dev/null 2>&1
large=$(state)
load "$NB" >/dev/null 2>&1
small=$(state)

ping_start vm1 "${VM_IP[vm3]}"
killed=0
for i in $(seq 1 30); do
	file=$DIR/large.db
	[ $((i % 2)) = 1 ] || file=$NB
	load "$file" >/dev/null 2>&1 &
	pid=$!
	sleep "0.0$((i % 5))$((i % 9))"
	# ip netns exec becomes xovn, so this is its pid
	kill -9 $pid 2>/dev/null && killed=$((killed + 1))
	wait $pid 2>/dev/null
done
at_least "loads that were killed under way" 1 $killed
expect "I8 killed loads lose no packet" "0 of many" "$(ping_lost)"
check "the next load succeeds" load "$DIR/large.db"
expect "I8 and the maps are as after a load in peace" "" \
	"$(diff <(echo "$large") <(state))"
check "and back" load "$NB"
expect "I8 the same for the smaller network" "" \
	"$(diff <(echo "$small") <(state))"

load "$DIR/large.db" >/dev/null 2>&1 &
first=$!
load "$NB" >/dev/null 2>&1 &
second=$!
wait $first && wait $second
expect "two loads at once both succeed" 0 $?
state >"$DIR/end"
if diff -q <(echo "$large") "$DIR/end" >/dev/null ||
	diff -q <(echo "$small") "$DIR/end" >/dev/null; then
	pass "and leave one of the two networks whole"
else
	fail "and leave one of the two networks whole"
fi
finish
