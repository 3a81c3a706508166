#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I9: other programs, back again, and another map layout, while packets pass:
# nothing is lost.
# shellcheck source=selftests/topo/upgrade.sh
. "$(dirname "$0")/upgrade.sh"

tutorial
traffic_servers
warm_gateway
XOVN_HERE=$XOVN

traffic_start
upgrade "$SAME" >"$DIR/same.log"
traffic_end "other programs"
expect "other programs were loaded on three hosts" 3 \
	"$(grep -c 'programs replaced' "$DIR/same.log")"

traffic_start
upgrade "$XOVN_HERE" >"$DIR/back.log"
traffic_end "back"
expect "and these again" 3 "$(grep -c 'programs replaced' "$DIR/back.log")"

# connections of gw1 that are established
known() {
	xovn node1 ct list --json | jq -c '[.. | objects |
		select((.state? // "" | ascii_downcase) == "tcp_established") |
		[.orig, .reply]]'
}
hold ext $VIP -c 40
before=$(known)
at_least "connections before" 40 "$(jq length <<<"$before")"
traffic_start
upgrade "$LAYOUT" >"$DIR/layout.log"
traffic_end "another layout"
expect "maps of another layout on three hosts" 3 \
	"$(grep -c 'are of 5 now' "$DIR/layout.log")"
expect "no load failed" "" \
	"$(grep -h failed "$DIR"/{same,back,layout}.log)"
XOVN=$LAYOUT
expect "each connection of before is in the new table" "[]" \
	"$(jq -nc --argjson a "$before" --argjson b "$(known)" '$a - $b')"
XOVN=$XOVN_HERE
expect "held connections" "0 lost of 40" "$(held_lost)"
for node in $NODES; do
	expect "nothing is left beside $node's maps" "" \
		"$(find "$PINS/$node" -name next)"
done

for args in "show" "stats" "ct list" "load --nb $NB --chassis node1"; do
	# shellcheck disable=SC2086
	refused "an older xovn refuses: ${args%% --*}" \
		"*layout version 5, this xovn has 4: a newer xovn made it; nothing was touched*" \
		xovn node1 $args
done
XOVN=$LAYOUT
expect "and all is forwarded as before" "[12]/2 ttl=62" \
	"$(pings vm1 "$EXT" -c 2)"
check "the new xovn shows it" xovn node1 show
check "and its connections" xovn node1 ct list
for node in $NODES; do
	check "detach --all on $node" xovn "$node" detach --all
done
expect "I11 no pin is left" "" "$(find "$PINS" -name "node*")"
finish
