#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I9: agents of another version over these, with the same maps and then with
# another map layout, while packets pass: nothing is lost.
# shellcheck source=selftests/topo/upgrade.sh
. "$(dirname "$0")/upgrade.sh"
# shellcheck source=selftests/topo/live_tutorial.sh
. "$(dirname "$0")/live_tutorial.sh"

# restart XOVN: all agents, one after the other
restart() {
	local node XOVN=$1
	for node in $NODES; do
		daemon_end "$node" agent
		agent_start "$node"
		settled || echo "$node does not settle"
	done
}

net_init
live_tutorial
check "guests reach the physical network" until_true 30 \
	on vm1 ping -q -c 1 -W 1 "$EXT"
traffic_servers
warm_gateway
layout() {
	bpftool -j map dump pinned "$PINS/$1/config" |
		jq '.[0].formatted.value.layout'
}

for step in "other programs:$SAME" "another layout:$LAYOUT"; do
	traffic_start
	# not in a subshell: the agents are this one's
	restart "${step#*:}" >"$DIR/restart" 2>&1
	expect "agents, ${step%:*}: all settle" "" "$(cat "$DIR/restart")"
	traffic_end "agents, ${step%:*}"
done
for node in $NODES; do
	expect "$node: the layout" 5 "$(layout "$node")"
	expect "$node: nothing is left beside" "" "$(find "$PINS/$node" -name next)"
	expect "$node: said once" 1 "$(grep -c 'are of 5 now' "$DIR/$node/agent.log")"
done
daemon_end node2 agent
: >"$DIR/node2/agent.log"
agent_start node2
check "an older agent refuses" until_true 20 \
	grep -q 'layout version 5, this xovn has 4: a newer xovn made it' "$DIR/node2/agent.log"
expect "and all is forwarded" "2/2 ttl=63" "$(pings vm1 "${VM_IP[vm3]}" -c 2)"
[ "$failures" = 0 ] || live_logs
finish
