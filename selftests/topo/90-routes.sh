#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Static routes of the gateway: ECMP over two hosts outside, discard, source
# routes, route tables, an empty next hop.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
FAR=10.99.0.1

for MODE in $MODES; do
	net_init
	net_up
	ext_up ext2 192.168.209.162 02:0a:7f:18:01:62 p11
	port_forwards p11
	if [ "$MODE" = native ]; then
		on ext2 ethtool -K eth0 tx off tso off >/dev/null 2>&1
	fi
	for ext in ext ext2; do
		on $ext sh -ec "for net in 94 95 96 97 98 99; do
			ip addr add 10.\$net.0.1/32 dev lo; done"
	done
	nb_server "$DATA/base/nb.db"
	nb --ecmp lr-route-add gw1 10.99.0.0/16 192.168.209.161 \
		-- --ecmp lr-route-add gw1 10.99.0.0/16 192.168.209.162 \
		-- lr-route-add gw1 10.98.0.0/16 discard \
		-- --policy=src-ip lr-route-add gw1 172.18.200.0/24 192.168.209.162 \
		-- lr-route-add gw1 10.97.0.0/16 192.168.209.161 \
		-- lr-route-add gw1 10.94.0.0/24 192.168.209.161 \
		-- --route-table=inside lr-route-add gw1 10.96.0.0/16 192.168.209.162
	cp "$DIR/private.db" "$DIR/routes.db"
	NB=$DIR/routes.db
	# shellcheck disable=SC2086
	must "$MODE: load, attach and bind" xovn_up $NODES
	servers ext ext2 vm1
	warm_gateway
	for vm in vm1 vm3; do
		# both next hops learned
		on "$vm" ping -q -c 2 -i 0.2 -W 1 192.168.209.162 >/dev/null
	done
	expect "$MODE: ECMP uses both next hops" "ext ext2" "$(answers vm1 $FAR -c 40)"
	expect "$MODE: also for datagrams" "ext ext2" "$(answers vm2 $FAR -c 40 -u)"
	choices() { ask vm2 $FAR -u -p 20000 -c 30 | cut -d ' ' -f 1; }
	expect "$MODE: one flow, one next hop" "$(choices | xargs)" "$(choices | xargs)"
	hold vm1 $FAR -c 30
	check "$MODE: load again" reload "$NB"
	expect "$MODE: connections keep theirs" "0 lost of 30" "$(held_lost)"
	before=$(drops node1 LR_DISCARD)
	expect "$MODE: a discard route is silent" "0/2" \
		"$(pings vm1 10.98.0.1 -c 2 -W 1)"
	expect "I4 $MODE: and counted" 2 $(($(drops node1 LR_DISCARD) - before))
	expect "$MODE: by source: vm3's go to ext2" "ext2" "$(answers vm3 10.95.0.1 -c 5)"
	expect "$MODE: vm1's have no such route" "0/1" "$(pings vm1 10.95.0.1 -c 1 -W 1)"
	expect "$MODE: the longer prefix wins, be it the source's" "ext2" \
		"$(answers vm3 10.97.0.1 -c 5)"
	expect "$MODE: at equal length the destination's" "ext" \
		"$(answers vm3 10.94.0.1 -c 5)"
	expect "$MODE: a route of another table is none" "0/1" \
		"$(pings vm1 10.96.0.1 -c 1 -W 1)"
	nb set logical_router_port gw1-ls3 options:route_table=inside
	check "$MODE: load route_table on gw1-ls3" reload_nb
	expect "$MODE: then it is the one" "ext2" "$(answers vm1 10.96.0.1 -c 5)"
	expect "$MODE: those of the main table are not" "0/1" \
		"$(pings vm1 10.97.0.1 -c 1 -W 1)"
	expect "$MODE: connected networks are in each" "2/2 ttl=62" \
		"$(pings vm1 "$EXT" -c 2)"
	expect "$MODE: what comes in from outside uses the main table" "2/2 ttl=62" \
		"$(pings ext "${VM_IP[vm1]}" -c 2)"
	net_down
done
finish
