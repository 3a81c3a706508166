#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Ports with "unknown" addresses: floods reach them, what they send is
# learned.  And addresses with IPs: the switch answers ARP for them and
# routers need not ask.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
net_init
net_up
nb_server ""
nb ls-add ls1 -- lsp-add ls1 ls1-vm1 -- lsp-set-addresses ls1-vm1 unknown \
	-- lsp-add ls1 ls1-vm2 -- lsp-set-addresses ls1-vm2 unknown
nb ls-add ls2 -- lsp-add ls2 ls2-vm3 \
	-- lsp-set-addresses ls2-vm3 "${VM_MAC[vm3]} ${VM_IP[vm3]}" \
	-- lsp-add ls2 ls2-vm4 -- lsp-set-addresses ls2-vm4 "${VM_MAC[vm4]} ${VM_IP[vm4]}" \
	-- lsp-set-port-security ls2-vm4 "${VM_MAC[vm4]} ${VM_IP[vm4]}"
nb lr-add r -- lrp-add r r-ls1 02:ac:10:ff:00:01 172.18.100.1/24 \
	-- lrp-add r r-ls2 02:ac:10:ff:10:01 172.18.200.1/24
for s in ls1 ls2; do
	nb lsp-add $s $s-r -- lsp-set-type $s-r router \
		-- lsp-set-addresses $s-r router -- lsp-set-options $s-r router-port=r-$s
done
cp "$DIR/private.db" "$DIR/unknown.db"
NB=$DIR/unknown.db
# shellcheck disable=SC2086
check "load, attach and bind" xovn_up $NODES

expect "vm1 -> vm2, neither address is known" "[123]/3 ttl=64" \
	"$(pings vm1 "${VM_IP[vm2]}" -c 3)"
expect "and then by what was learned" "3/3 ttl=64" \
	"$(pings vm1 "${VM_IP[vm2]}" -c 3)"
fdb() { bpftool -j map dump pinned "$PINS/$1/fdb" | jq length; }
at_least "node2's FDB has entries" 1 "$(fdb node2)"
on vm2 ip link set eth0 address 02:ac:10:ff:00:77
on vm2 ip route replace default via 172.18.100.1
on vm1 ip neigh flush dev eth0
expect "vm2 takes a third MAC" "[123]/3 ttl=64" "$(pings vm1 "${VM_IP[vm2]}" -c 3)"
at_least "TCP between learned MACs, Mb/s" 100 "$(iperf vm1 vm2 -t 1)"

# known IPs: answered by the switch, nothing of the request leaves the host
capture "$DIR/arp.pcap" vm4 eth0 "arp and ether broadcast and not ether src ${VM_MAC[vm4]}"
on vm3 ping -q -c 1 "${VM_IP[vm4]}" >/dev/null
capture_end
expect "ARP for a known IP is answered by the switch" "${VM_MAC[vm4]}" \
	"$(on vm3 ip -j neigh show "${VM_IP[vm4]}" | jq -r '.[0].lladdr')"
expect "vm4 never saw the request" 0 \
	"$(tcpdump -nr "$DIR/arp.pcap" 2>/dev/null | wc -l)"
expect "I10 the first routed packet to a known IP is not lost" "1/1 ttl=63" \
	"$(pings vm4 "${VM_IP[vm1]}" -c 1 >/dev/null; pings vm1 "${VM_IP[vm3]}" -c 1)"

before=$(drops node2 PORT_SEC_IN)
on vm4 ip addr add 172.18.200.66/24 dev eth0
expect "port security with an IP: another source IP is dropped" "0/1*" \
	"$(pings vm4 "${VM_IP[vm3]}" -c 1 -W 1 -I 172.18.200.66)"
at_least "I4 and counted PORT_SEC_IN" 1 $(($(drops node2 PORT_SEC_IN) - before))
finish
