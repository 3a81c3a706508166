#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I1, I5: every packet on the underlay, by our strict parser and by tshark:
# VNI, option, keys, DF, lengths, checksums, also of the segments of GSO
# packets.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"

# key NAME: "datapath port" of a logical port, "datapath" of a datapath
key() {
	local map=$1 name=$2 fields=$3
	bpftool -j map dump pinned "$PINS/node2/$map" | jq -r --arg n "$name" \
		".[] | .formatted // . | select(.value.name == \$n) | .key | $fields"
}
port_key() { key port "$1" '"\(.datapath)/\(.port)"'; }

for MODE in native tc; do
	tutorial
	ls1=$(key datapath ls1 .datapath)
	ls2=$(key datapath ls2 .datapath)
	vm1=$(port_key ls1-vm1) vm2=$(port_key ls1-vm2)
	vm3=$(port_key ls2-vm3) router_ls1=$(port_key ls1-router1)
	segmenting_wire
	capture "$DIR/wire.pcap" wire p2 'udp port 6081'
	for vm in $VMS; do on "$vm" ip neigh flush dev eth0; done
	on vm1 ping -q -c 2 -i 0.2 "${VM_IP[vm2]}" >/dev/null
	on vm3 ping -q -c 3 -i 0.2 "${VM_IP[vm1]}" >/dev/null
	on vm1 ping -q -c 2 -s 1400 "${VM_IP[vm2]}" -i 0.2 >/dev/null
	iperf vm1 vm2 -n 4M >/dev/null
	iperf vm3 vm1 -n 4M >/dev/null
	iperf vm2 vm1 -n 4M -u -b 200M >/dev/null
	capture_end
	check "I1 $MODE: every packet as OVN sends it; broadcast of vm1, vm1 -> vm2, router1 -> vm1" \
		"$TOOLS/wirecheck" --allow-gso-id --min 2000 --expect "$ls1/${vm1#*/}/0x8000" \
		--expect "$ls1/${vm1#*/}/${vm2#*/}" --expect "$ls1/${vm2#*/}/${vm1#*/}" \
		--expect "$ls1/${router_ls1#*/}/${vm1#*/}" --expect "$ls2/${vm3#*/}" \
		"$DIR/wire.pcap"
	odd=$(tshark -n -r "$DIR/wire.pcap" -d udp.port==6081,geneve \
		-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
		-Y 'geneve && !(geneve.option.class == 0x0102 && geneve.option.type == 0x80
			&& geneve.options_length == 8 && ip.flags.df == 1)
			|| ip.checksum.status == "Bad" || tcp.checksum.status == "Bad"
			|| udp.checksum.status == "Bad" || _ws.malformed' 2>/dev/null | head -n 5)
	expect "I5 $MODE: tshark finds no wrong packet" "" "$odd"
	expect "$MODE: what tshark decodes is Geneve" yes "$(tshark -n -r "$DIR/wire.pcap" \
		-d udp.port==6081,geneve -Y '!geneve' 2>/dev/null | head -n 1 | grep -q . || echo yes)"
	net_down
done
finish
