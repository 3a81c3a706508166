#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn trace from files: ends of every kind, copies over chassis, bad input;
# in a namespace without any interface, and nothing of it is left.
# shellcheck source=selftests/topo/trace.sh
. "$(dirname "$0")/trace.sh"
net_init

maps_of_traces() {
	bpftool -j map show | jq -r '.[] | select(.name == "trace_step") | .id' | sort
}
before=$(maps_of_traces)

# L2 and routed, over one tunnel and none
L2="$FROM_VM1 && eth.dst == ${VM_MAC[vm2]} && ip4.dst == ${VM_IP[vm2]} && icmp4"
ends_are "vm1 -> vm2, to the tunnel" "node2 tunnel node3" base "$L2"
expect "Geneve to node3's address" "192.168.209.111 > 192.168.209.112 ttl=64" \
	"$(ip_fields "$(frame 0)")"
hex=$(jq -r '.runs[0].packet' "$DIR/out")
expect "the frame inside is the guest's" "$hex" "$(frame 0 | cut -c 117-)"
ends_are "vm1 -> vm2, followed" "node3 vif ls1-vm2" base --follow "$L2"
expect "I7 and unchanged" "$hex" "$(frame 0)"
expect "steps name chassis, datapath, stage and what matched" "node2 ls1 *" \
	"$(jq -r '.steps | map(select(.stage == "ls_in_l2_lkup" and
		(.detail | test("ls1-vm2")))) | map([.chassis, .datapath, .detail] |
		join(" ")) | .[]' "$DIR/out")"
ends_are "the same as hex digits" "node3 vif ls1-vm2" base --follow \
	--inport ls1-vm1 --packet "$hex"
expect "gives the same frame" "$hex" "$(frame 0)"
ends_are "vm1 -> vm4, routed on one host" "node2 vif ls2-vm4" base "${NEIGH[@]}" \
	"$FROM_VM1 && eth.dst == $R1 && ip4.dst == ${VM_IP[vm4]} && icmp4"
expect "I7 one hop" "172.18.100.10 > 172.18.200.20 ttl=63" "$(ip_fields "$(frame 0)")"
ends_are "a neighbour that is not known is asked for" \
	"node2 vif ls2-vm4, node3 vif ls2-vm3" base --follow \
	"$FROM_VM1 && eth.dst == $R1 && ip4.dst == ${VM_IP[vm3]} && icmp4"
expect "which is ARP" "0806 0806" \
	"$(jq -r '.outputs | map(.packet[24:28]) | join(" ")' "$DIR/out")"
ends_are "a TTL that ends is answered" "node2 vif ls1-vm1" base "${NEIGH[@]}" \
	"$FROM_VM1 && eth.dst == $R1 && ip4.dst == ${VM_IP[vm3]} && ip.ttl == 1 && udp"
expect "I7 by router1" "172.18.100.1 > 172.18.100.10 ttl=254" \
	"$(ip_fields "$(frame 0)")"
expect "and the packet's drop is a step" LR_TTL \
	"$(jq -r '.steps[] | select(.stage == "drop") | .detail' "$DIR/out" |
		grep -o 'LR_TTL' | head -n 1)"
ends_are "a forged source" "node2 drop PORT_SEC_IN" base \
	"inport == \"ls1-vm1\" && eth.src == 02:00:00:00:00:99 && ip4"
expect "a drop shows the frame as it came" "$(jq -r '.runs[0].packet' "$DIR/out")" \
	"$(frame 0)"
big="$FROM_VM1 && eth.dst == $R1 && ip4.dst == ${VM_IP[vm3]} && udp && payload.len == 1440"
ends_are "too big for the tunnel is answered" "node2 vif ls1-vm1" base \
	--follow "${NEIGH[@]}" "$big"
ends_are "a larger underlay takes it" "node3 vif ls2-vm3" base --follow \
	--mtu 9000 "${NEIGH[@]}" "$big"

# floods over three chassis
nb_with "$DIR/flood.db" '{"op": "insert", "table": "Logical_Switch_Port",
	"uuid-name": "p", "row": {"name": "ls1-vm5",
	"addresses": "02:ac:10:ff:00:50"}}, {"op": "mutate",
	"table": "Logical_Switch", "where": [["name", "==", "ls1"]],
	"mutations": [["ports", "insert", ["named-uuid", "p"]]]}'
sed 's/110 *$/110 ls1-vm5/' "$PLACEMENT" >"$DIR/placement"
ends_are "a broadcast ends on three chassis" \
	"node1 vif ls1-vm5, node3 vif ls1-vm2" "$DIR/flood.db" --follow \
	--placement "$DIR/placement" \
	"inport == \"ls1-vm1\" && eth.src == ${VM_MAC[vm1]} && eth.bcast &&
	arp && arp.sha == ${VM_MAC[vm1]} && arp.spa == ${VM_IP[vm1]} &&
	arp.tpa == 172.18.100.77"
expect "each copy is a run" "node1 underlay, node2 vif, node3 underlay" \
	"$(jq -r '.runs | map(.chassis + " " + .hook) | sort | join(", ")' "$DIR/out")"

# the physical network
ends_are "a broadcast from outside is the host's, too" \
	"node1 localnet outside-localnet, node1 pass" base --localnet phyNet \
	"eth.src == ${VM_MAC[ext]} && eth.bcast && arp && arp.sha == ${VM_MAC[ext]} &&
	arp.spa == ${VM_IP[ext]} && arp.tpa == 192.168.209.120"
ends_are "by the localnet port's name" "node1 tunnel node2" base "${NEIGH[@]}" \
	"inport == \"outside-localnet\" && $FROM_EXT && eth.dst == $GW1 &&
	ip4.dst == ${VM_IP[vm1]} && udp"
ends_are "what is not for the network" "node1 pass" base --localnet phyNet \
	"$FROM_EXT && eth.dst == 02:00:00:00:00:99"
# where it comes in
ends_are "--chassis has a port that is placed nowhere" "node1 drop *" base \
	--chassis node1 --placement <(sed 's/ls1-vm1//' "$PLACEMENT") \
	"inport == \"ls1-vm1\" && eth.src == ${VM_MAC[vm1]} && ip4 && eth.dst == 02:00:00:00:00:99"
expect "no placement: one host is the network" "alone drop" \
	"$("$XOVN" trace --nb "$NB" --chassis alone --json --inport ls1-vm1 'ip4' |
		jq -r '.outputs[] | .chassis + " " + .kind')"

bad() { # NAME PATTERN ARGUMENTS...
	local name=$1 pattern=$2
	shift 2
	refused "$name" "xovn: trace: $pattern" "$XOVN" trace --nb "$NB" \
		--placement "$PLACEMENT" "$@"
}
bad "unknown port" "port ls1-vm9: *" --inport ls1-vm9 ip4
bad "router port" "port ls1-router1 *" --inport ls1-router1 ip4
bad "unknown network" "network nope: *phyNet" --localnet nope ip4
bad "unknown chassis" "chassis node9 *node1*" --chassis node9 --inport ls1-vm1 ip4
bad "no place to come in" "where *--inport*" ip4
bad "two of them" "--inport ls1-vm1, *" --inport ls1-vm1 'inport == "ls1-vm2" && ip4'
bad "malformed microflow" "*" --inport ls1-vm1 'ip4 &&'
bad "malformed hex" "*" --inport ls1-vm1 --packet 0g
bad "no Ethernet header" "*14*" --inport ls1-vm1 --packet 00
bad "unknown router port" "--neigh: *nope*" --neigh nope,10.0.0.1,02:00:00:00:00:01 \
	--inport ls1-vm1 ip4
bad "no such file" "--ct $DIR/absent: *No such file*" --ct "$DIR/absent" --inport ls1-vm1 ip4
echo '[{"proto_number": 6}]' >"$DIR/bad.json"
bad "malformed connection" "--ct *connection 1: \"orig\"*" --ct "$DIR/bad.json" \
	--inport ls1-vm1 ip4
refused "placed nowhere" "xovn: trace: port ls1-vm1 is placed on no chassis*" \
	"$XOVN" trace --nb "$NB" --placement <(sed 's/ls1-vm1//' "$PLACEMENT") \
	--inport ls1-vm1 ip4
refused "no chassis at all" "xovn: trace: no chassis *" \
	"$XOVN" trace --nb "$NB" --inport ls1-vm1 ip4
head -c 1000 "$NB" >"$DIR/cut.db"
refused "truncated NB" "xovn: trace: *cut.db*" "$XOVN" trace --nb "$DIR/cut.db" \
	--placement "$PLACEMENT" --inport ls1-vm1 ip4
refused "--live where nothing is loaded" "xovn: trace: *nothing is loaded*" \
	"$XOVN" --pin "$PINS/none" trace --live --inport ls1-vm1 ip4
mkdir "$DIR/plain"
chmod 711 "$DIR"
cp "$XOVN" "$NB" "$PLACEMENT" "$DIR/plain" && chmod -R a+rX "$DIR/plain"
refused "not root" "xovn: trace: *root*" setpriv --reuid 65534 --regid 65534 \
	--clear-groups "$DIR/plain/xovn" trace --nb "$DIR/plain/nb.db" \
	--placement "$DIR/plain/placement" --inport ls1-vm1 ip4
while read -r words; do
	eval "\"$XOVN\" trace $words" >/dev/null 2>&1
	expect "usage: xovn trace $words" 2 $?
done <<EOF

--nb $NB
--nb $NB ip4 udp
--nb $NB --inport ls1-vm1 --neigh gw1-outside,192.168.200.1,02:-1:00:00:00:+1 ip4
--nb $NB --packet 00 ip4
--nb $NB --live ip4
--nb $NB --mode fast ip4
--nb $NB --mtu 1 ip4
--nb $NB --neigh x ip4
--nb $NB --inport a --localnet b ip4
--inport a ip4
EOF

# maps of other traces may come and go meanwhile
after=$(maps_of_traces)
left=$(comm -13 <(echo "$before") <(echo "$after"))
for ((i = 0; i < 100; i++)); do
	left=$(comm -12 <(echo "$left") <(maps_of_traces))
	[ -n "$left" ] || break
	sleep 0.3
done
expect "no map of a trace is left" "" "$left"
expect "nothing is pinned" "" "$(find "$PINS" -mindepth 1 ! -name '*.debug')"
finish
