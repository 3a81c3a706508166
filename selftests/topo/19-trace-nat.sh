#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn trace through NAT and load balancers, with the answers through the same
# connections; connections of another host; VLANs of a physical network.
# shellcheck source=selftests/topo/trace.sh
. "$(dirname "$0")/trace.sh"
net_init

out="$FROM_VM1 && eth.dst == $R1 && ip4.dst == ${VM_IP[ext]} && tcp.src == 41000 && tcp.dst == 80"
ends_are "SNAT and the answer" "node1 localnet outside-localnet, node2 vif ls1-vm1" \
	snat --reply "${NEIGH[@]}" "$out"
expect "I7 out" "192.168.209.120 > 192.168.209.161 ttl=62" "$(ip_fields "$(frame 0)")"
expect "I7 back" "192.168.209.161 > 172.18.100.10 ttl=62" "$(ip_fields "$(frame 1)")"
expect "the answer's runs are marked" "false false true true" \
	"$(jq -r '.runs | map(.answer) | join(" ")' "$DIR/out")"
cp "$DIR/out" "$DIR/tc"
ends_are "nobody invents the MAC of a neighbour outside" \
	"node1 localnet outside-localnet" snat --reply "$out"
expect "and the trace says so" "*--neigh*" \
	"$(jq -r '.steps[-1].detail' "$DIR/out")"
traced snat --reply --mode native "${NEIGH[@]}" "$out"
expect "XDP first: the same outputs" "" \
	"$(diff <(jq .outputs "$DIR/tc") <(jq .outputs "$DIR/out"))"

ends_are "router's load balancer" "node1 localnet outside-localnet, node? vif ls?-vm[13]" \
	snat-router-lb --localnet phyNet --reply "${NEIGH[@]}" \
	"$FROM_EXT && eth.dst == $GW1 && ip4.dst == 192.168.209.55 && tcp.dst == 80"
expect "I7 the VIP answers" "192.168.209.55 > 192.168.209.161 ttl=62" \
	"$(ip_fields "$(frame 1)")"
ends_are "switch's load balancer" "node? vif ls1-vm[12], node3 vif ls2-vm3" \
	switch-lb --reply "${NEIGH[@]}" \
	"$FROM_VM3 && eth.dst == $R2 && ip4.dst == 172.18.2.2 && tcp.dst == 80"
expect "I7 that VIP answers" "172.18.2.2 > 172.18.200.10 ttl=63" \
	"$(ip_fields "$(frame 1)")"

# connections of another host
cat >"$DIR/ct.json" <<EOF
[{"proto": "tcp", "proto_number": 6, "state": "TCP_ESTABLISHED", "timeout": 600,
  "orig": {"src": "${VM_IP[vm1]}", "dst": "${VM_IP[ext]}", "sport": 41000, "dport": 80},
  "reply": {"src": "${VM_IP[ext]}", "dst": "192.168.209.120", "sport": 80, "dport": 5555},
  "zone": "gw1", "zone_datapath": 1, "zone_port": 0, "load_balancer": null,
  "seen_reply": true, "assured": true, "snat": true, "dnat": false}]
EOF
traced snat --follow "${NEIGH[@]}" --ct "$DIR/ct.json" "$out && tcp.flags == 16"
expect "--ct: a known connection keeps its port" 15b3 "$(frame 0 | cut -c 69-72)"
ends_are "--ct: and its answers find the guest" "node2 vif ls1-vm1" snat --follow \
	"${NEIGH[@]}" --ct "$DIR/ct.json" --localnet phyNet "$FROM_EXT &&
	eth.dst == $GW1 && ip4.dst == 192.168.209.120 && tcp.src == 80 && tcp.dst == 5555"
cat >"$DIR/lb.json" <<EOF
[{"proto": "tcp", "proto_number": 6, "state": "TCP_ESTABLISHED", "timeout": 600,
  "orig": {"src": "${VM_IP[vm3]}", "dst": "172.18.2.2", "sport": PORT, "dport": 80},
  "reply": {"src": "BACKEND", "dst": "${VM_IP[vm3]}", "sport": 80, "dport": PORT},
  "zone": "ls2-vm3", "zone_datapath": 1, "zone_port": 1, "load_balancer": null,
  "seen_reply": true, "assured": true, "snat": false, "dnat": true}]
EOF
for vm in vm1 vm2; do
	sed -i "s/BACKEND/${VM_IP[$vm]}/; s/PORT/41000/g" "$DIR/lb.json"
	ends_are "--ct: a connection stays at its backend, $vm" "node? vif ls1-$vm" \
		switch-lb --follow "${NEIGH[@]}" --ct "$DIR/lb.json" "$FROM_VM3 &&
		eth.dst == $R2 && ip4.dst == 172.18.2.2 && tcp.src == 41000 &&
		tcp.dst == 80 && tcp.flags == 16"
	sed -i "s/\"src\": \"${VM_IP[vm1]}\"/\"src\": \"BACKEND\"/" "$DIR/lb.json"
done
traced snat "${NEIGH[@]}" --ct "$DIR/ct.json" "$out"
expect "--ct: zones that the packet does not come to" "*warning*1 of 1*gw1*" \
	"$(cat "$DIR/err")"

# by a VLAN
nb_with "$DIR/tagged.db" '{"op": "update", "table": "Logical_Switch_Port",
	"where": [["name", "==", "outside-localnet"]], "row": {"tag": 5}}'
for mode in tc native; do
	ends_are "$mode: by a VLAN and back" \
		"node1 localnet outside-localnet, node2 vif ls1-vm1" "$DIR/tagged.db" \
		--reply --mode $mode "${NEIGH[@]}" "$out"
	expect "$mode: its tag is on" 81000005 "$(frame 0 | cut -c 25-32)"
	tagged="$FROM_EXT && eth.dst == $GW1 && ip4.dst == ${VM_IP[vm1]} && udp"
	ends_are "$mode: a microflow is of that VLAN" "node2 vif ls1-vm1" \
		"$DIR/tagged.db" --follow --mode $mode --localnet phyNet "${NEIGH[@]}" "$tagged"
	hex=$(jq -r '.runs[0].packet' "$DIR/out")
	ends_are "$mode: hex digits are as on the wire" "node1 pass" "$DIR/tagged.db" \
		--mode $mode --localnet phyNet --packet "${hex:0:24}${hex:32}"
done
finish
