#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn trace --live: what a host's own maps say, which is what the files say,
# its neighbours and connections included; nothing in them changes.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
# shellcheck source=selftests/topo/trace.sh
. "$(dirname "$0")/trace.sh"
MODE=tc
tutorial
servers ext vm1
warm_gateway
nb_server "$DATA/snat/nb.db"
must "load the SNAT rule" reload_nb
hold vm1 "$EXT" -c 1 -p 43000 || cat "$DIR/held.log"
client=$(sed -n 's/.* \([^ ]*\)$/\1/p' "$DIR/held" | grep -m 1 "$GW")

# Of a tunnelled frame what stands behind the outer headers: MACs of hosts
# are made up where a trace comes from files.
outputs() {
	jq -c '.outputs[] | [.chassis, .kind, .port, .to, .reason,
		if .kind == "tunnel" then .packet[84:] else .packet end]'
}
steps() {
	jq -r '.steps[] | [.chassis, .datapath, .stage, .detail] | join("|")'
}

# same NAME HOST ARGUMENTS...: by --live on the host and by the files
same() {
	local name=$1 node=$2
	shift 2
	xovn "$node" trace --live --json "$@" >"$DIR/live" 2>&1 ||
		fail "$name: --live" "$(cat "$DIR/live")"
	"$XOVN" trace --nb "$DATA/snat/nb.db" --placement "$PLACEMENT" --json \
		--chassis "$node" "${NEIGH[@]}" --ct "$DIR/ct.json" "$@" \
		>"$DIR/file" 2>"$DIR/err" || fail "$name: files" "$(cat "$DIR/err")"
	expect "$name: the same steps" "" \
		"$(diff <(steps <"$DIR/file") <(steps <"$DIR/live"))"
	expect "$name: the same outputs" "" \
		"$(diff <(outputs <"$DIR/file") <(outputs <"$DIR/live"))"
}

# What no packet changes while it is looked at: all but what is counted, and when
# a neighbor was heard of.
contents() {
	local map
	for map in l2 arp port vif localnet route lrp router_ip nat snat learned \
		fdb chassis tunnel epoch; do
		echo "$map"
		bpftool map dump pinned "$PINS/$1/$map" | grep -v '"seen"'
	done
	ls "$PINS/$1"
}
before=$(contents node1; contents node2)
xovn node1 ct list --json >"$DIR/ct.json"

vm1="eth.src == ${VM_MAC[vm1]} && ip4.src == ${VM_IP[vm1]}"
out="$vm1 && eth.dst == 02:ac:10:ff:00:01 && ip4.dst == $EXT"
back="eth.src == ${VM_MAC[ext]} && eth.dst == 02:0a:7f:18:01:02 && ip4.src == $EXT"
same "vm1 -> vm4, routed" node2 --inport ls1-vm1 \
	"$vm1 && eth.dst == 02:ac:10:ff:00:01 && ip4.dst == ${VM_IP[vm4]} && udp"
same "vm1 -> ext" node2 --inport ls1-vm1 "$out && tcp.src == 43000"
same "a forged source" node2 --inport ls1-vm1 \
	"eth.src == 02:00:00:00:00:99 && eth.dst == ${VM_MAC[vm2]} && ip4"
same "a new connection from outside" node1 --localnet phyNet \
	"$back && ip4.dst == ${VM_IP[vm1]} && tcp.dst == 22"
same "a connection that is there" node1 --localnet phyNet \
	"$back && ip4.dst == $GW && tcp.src == $PORT && tcp.dst == ${client##*:} &&
	tcp.flags == 16"
expect "its guest is found" "*${VM_IP[vm1]}*43000*" \
	"$(steps <"$DIR/live" | grep unsnat)"
same "ARP from outside" node1 --localnet phyNet "eth.src == ${VM_MAC[ext]} &&
	eth.bcast && arp && arp.sha == ${VM_MAC[ext]} && arp.spa == $EXT && arp.tpa == $GW"

xovn node2 trace --live --follow --json --inport ls1-vm1 "$out && udp" >"$DIR/live"
expect "--follow ends at the tunnel, and says so" "node1 *ends at the tunnel*" \
	"$(jq -r '.outputs[0].to + " " + .steps[-1].detail' "$DIR/live")"
ip netns exec "$NET-node2" ip link set ens3 mtu 1400
xovn node2 trace --live --json --inport ls1-vm1 \
	"$out && udp && payload.len == 1400" >"$DIR/live"
expect "the underlay's own MTU counts" "vif ls1-vm1" \
	"$(jq -r '.outputs[0] | .kind + " " + .port' "$DIR/live")"
ip netns exec "$NET-node2" ip link set ens3 mtu 1500

refused "a port of another host" "xovn: trace: port ls1-vm2 is bound to no interface*" \
	xovn node2 trace --live --inport ls1-vm2 ip4
refused "a network that is not attached" "xovn: trace: network phyNet: no interface*" \
	xovn node2 trace --live --localnet phyNet ip4
refused "another chassis" "xovn: trace: --chassis node1: *" \
	xovn node2 trace --live --chassis node1 --inport ls1-vm1 ip4
expect "nothing pinned has changed" "" \
	"$(diff <(echo "$before") <(contents node1; contents node2))"
expect "and the connection goes on" "0 lost of 1" "$(held_lost)"
finish
