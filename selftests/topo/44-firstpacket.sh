#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I10: with an agent on a host no packet is lost to address resolution: it
# waits for the answer.  upcalltool plays that part of an agent.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
tutorial

# the agent of a host: its tool's pid and what it says
declare -A agent
agent_start() {
	local pid
	spawn pid "$1" "$TOOLS/upcalltool" "$PINS/$1" >"$DIR/$1.agent" 2>&1
	agent[$1]=$pid
	until_true 10 grep -q '^listening' "$DIR/$1.agent"
}
agent_end() {
	kill -"$2" "${agent[$1]}"
	wait "${agent[$1]}" 2>/dev/null
}
# shellcheck disable=SC2317 # called by until_true
dropped() { # HOST NUMBER: so many packets more since $before
	[ $(($(drops "$1" LR_NEIGHBOR) - before)) = "$2" ]
}

for node in $NODES; do
	agent_start "$node"
	expect "$node: an agent listens" listening "$(cat "$DIR/$node.agent")"
done
expect "its tap is there, and silent" "xovn-up0 1" "$(on node2 sh -c '
	ip -o link show type tun | sed "s/^[0-9]*: \([^:]*\):.*/\1/" | tr "\n" " "
	cat /proc/sys/net/ipv6/conf/xovn-up0/disable_ipv6 2>/dev/null || echo 1')"

before=$(drops node2 LR_NEIGHBOR)
# vm2 leaves the checksum to its NIC: a wrong one would get no answer
expect "I10 the only datagram to a closed port elsewhere is answered" refused \
	"$(connect vm2 udp "${VM_IP[vm4]}" 9999)"
expect "I10 the first ping to another host's guest is not lost" "1/1 ttl=63" \
	"$(pings vm1 "${VM_IP[vm3]}" -c 1)"
on vm4 ip addr add 172.18.200.21/24 dev eth0
expect "I10 nor is the first to one of the same host" "1/1 ttl=63" \
	"$(pings vm1 172.18.200.21 -c 1)"
expect "and nothing was counted as dropped" 0 \
	$(($(drops node2 LR_NEIGHBOR) - before))
check "what was learned is told" grep -q "^neighbor ${VM_IP[vm3]} ${VM_MAC[vm3]}" \
	"$DIR/node2.agent"

# nobody there: four are kept, and counted when their time is over
before=$(drops node2 LR_NEIGHBOR)
expect "no answer from a guest that does not exist" "0/6*" \
	"$(pings vm1 172.18.200.99 -c 6 -i 0.02)"
expect "two were too many, four wait" 2 $(($(drops node2 LR_NEIGHBOR) - before))
check "I4 those are counted when they have waited long enough" \
	until_true 30 dropped node2 6
expect "and nothing else waits" "[]" \
	"$(bpftool -j map dump pinned "$PINS/node2/upcall_hop")"

agent_end node3 TERM
check "an agent that ends has dropped none" grep -q "^kept [1-9].* expired 0 refused 0" \
	"$DIR/node3.agent"
expect "and takes its tap along" "" "$(on node3 ip -o link show type tun)"

# without one all is as before: the lease runs out
at_kill=$(drops node2 LR_NEIGHBOR)
expect "no answer from another one, either" "0/3*" \
	"$(pings vm1 172.18.200.96 -c 3 -i 0.02)"
expect "three wait when the agent is killed" "3 0" "$(bpftool -j map dump \
	pinned "$PINS/node2/upcall_hop" | jq '[.[].formatted.value.n] | add // 0'
	) $(($(drops node2 LR_NEIGHBOR) - at_kill))"
ping_start vm1 "${VM_IP[vm3]}"
agent_end node2 KILL
expect "a killed agent's tap is gone" "" "$(on node2 ip -o link show type tun)"
# shellcheck disable=SC2317 # called by until_true
lease_is_over() {
	before=$(drops node2 LR_NEIGHBOR)
	echo >>"$DIR/pings"
	pings vm1 172.18.200.98 -c 1 -W 1 >/dev/null
	dropped node2 1
}
check "its lease runs out: unresolved is dropped again" until_true 20 lease_is_over
expect "what is known is forwarded all the time" "0 of many" "$(ping_lost)"

agent_start node2
expect "the next agent begins with nothing of the one before" "[]" \
	"$(bpftool -j map dump pinned "$PINS/node2/upcall_hop")"
before=$(drops node2 LR_NEIGHBOR)
expect "I4 and has counted what that one held, and what it never saw" \
	$(($(wc -l <"$DIR/pings") + 3)) $((before - at_kill))
expect "I10 and packets wait once more" "0/1*" "$(pings vm1 172.18.200.97 -c 1)"
expect "uncounted" 0 $(($(drops node2 LR_NEIGHBOR) - before))
agent_end node2 TERM
check "an agent that ends drops and counts what waits" dropped node2 1
finish
