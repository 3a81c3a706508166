#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The gateway router and the physical network (tutorial, sections 9 to 11):
# who answers whom with which TTL, who is silent, ARP.  In XDP and in TC.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"

for MODE in $MODES; do
	tutorial
	expect "I10 $MODE: cold vm1 -> gw1 172.19.255.1 loses at most the first" \
		"[23]/3 ttl=253" "$(pings vm1 172.19.255.1 -c 3)"
	expect "I10 $MODE: cold vm1 -> ext loses at most the first" \
		"[23]/3 ttl=62" "$(pings vm1 "$EXT" -c 3)"
	expect "I10 $MODE: cold ext -> vm4 loses at most the first" \
		"[23]/3 ttl=62" "$(pings ext "${VM_IP[vm4]}" -c 3)"
	warm_gateway
	for vm in $VMS; do
		expect "I7 $MODE: $vm -> gw1 172.19.255.1" "2/2 ttl=253" \
			"$(pings "$vm" 172.19.255.1 -c 2)"
		expect "I7 $MODE: $vm -> gw1 $GW" "2/2 ttl=253" "$(pings "$vm" $GW -c 2)"
		expect "I7 $MODE: $vm -> ext" "2/2 ttl=62" "$(pings "$vm" "$EXT" -c 2)"
		expect "I7 $MODE: ext -> $vm" "2/2 ttl=62" \
			"$(pings ext "${VM_IP[$vm]}" -c 2)"
		expect "I7 $MODE: $vm -> router1's 172.19.255.2" "2/2 ttl=254" \
			"$(pings "$vm" 172.19.255.2 -c 2)"
	done
	expect "I7 $MODE: ext -> gw1 $GW" "2/2 ttl=254" "$(pings ext $GW -c 2)"
	expect "I7 $MODE: ext -> gw1 with TTL 1 is answered" "1/1 ttl=254" \
		"$(pings ext $GW -c 1 -t 1)"
	expect "$MODE: vm1 -> 10.9.9.9, no route on gw1" "0/1" \
		"$(pings vm1 10.9.9.9 -c 1 -W 1)"
	expect "$MODE: vm1 -> 172.18.50.1, the routers send it back and forth" \
		"0/1" "$(pings vm1 172.18.50.1 -c 1 -W 1)"

	# ICMP errors and resets: from which address, with which TTL
	probes "$DIR/vm1.pcap" vm1
	expect "$MODE: vm1 -> ext with TTL 1" "0/1; 172.18.100.1*exceeded" \
		"$(pings vm1 "$EXT" -c 1 -t 1)"
	expect "$MODE: vm1 -> ext with TTL 2" "0/1; 172.19.255.1*exceeded" \
		"$(pings vm1 "$EXT" -c 1 -t 2)"
	expect "$MODE: vm1 -> ext with TTL 3" "1/1 ttl=62" \
		"$(pings vm1 "$EXT" -c 1 -t 3)"
	expect "$MODE: udp vm1 -> router1" refused "$(connect vm1 udp 172.18.100.1 9999)"
	expect "$MODE: tcp vm1 -> router1" refused "$(connect vm1 tcp 172.18.200.1 9999)"
	capture_end
	expect "I7 $MODE: TTL of the ICMP errors at vm1" \
		"172.18.100.1 11/0 ttl=254"$'\n'"172.18.100.1 3/3 ttl=254"$'\n'"172.19.255.1 11/0 ttl=253" \
		"$(icmp_errors "$DIR/vm1.pcap")"
	expect "I7 $MODE: TTL of router1's reset" 62 "$(tshark -n -r "$DIR/vm1.pcap" \
		-Y 'tcp.flags.reset == 1 && ip.src == 172.18.200.1' -T fields \
		-e ip.ttl 2>/dev/null | sort -u)"
	probes "$DIR/ext.pcap" ext
	expect "$MODE: ext -> vm1 with TTL 1" "0/1; $GW*exceeded" \
		"$(pings ext "${VM_IP[vm1]}" -c 1 -t 1)"
	expect "$MODE: ext -> vm1 with TTL 2" "0/1; 172.19.255.2*exceeded" \
		"$(pings ext "${VM_IP[vm1]}" -c 1 -t 2)"
	expect "$MODE: ext -> vm1 with TTL 3" "1/1 ttl=62" \
		"$(pings ext "${VM_IP[vm1]}" -c 1 -t 3)"
	capture_end
	expect "I7 $MODE: TTL of the ICMP errors at ext" \
		"172.19.255.2 11/0 ttl=253"$'\n'"$GW 11/0 ttl=254" \
		"$(icmp_errors "$DIR/ext.pcap")"

	# gateway routers never refuse
	pids=()
	for probe in "vm1 172.19.255.1" "vm1 $GW" "ext $GW"; do
		read -r from ip <<<"$probe"
		for proto in tcp udp; do
			connect "$from" $proto "$ip" 9999 >"$DIR/silent.$from.$ip.$proto" &
			pids+=($!)
		done
	done
	wait "${pids[@]}"
	for probe in "$DIR"/silent.*; do
		# a datagram that nobody refuses counts as accepted
		want="silent: *"
		[ "${probe##*.}" = tcp ] || want=accepted
		expect "$MODE: ${probe##*silent.} of a gateway router is silent" \
			"$want" "$(cat "$probe")"
	done

	expect "$MODE: ARP ext for $GW" 02:0a:7f:18:01:02 "$(arp_answer ext $GW)"
	for ip in 172.19.255.1 192.168.209.55; do
		expect "$MODE: ARP ext for $ip" nobody "$(arp_answer ext $ip)"
	done

	# a neighbour outside that takes another MAC and speaks is followed
	on ext ip link set eth0 address 02:0a:7f:18:01:99
	expect "$MODE: ext with another MAC -> gw1" "[23]/3 ttl=254" \
		"$(pings ext $GW -c 3)"
	expect "$MODE: vm1 -> ext with another MAC" "2/2 ttl=62" \
		"$(pings vm1 "$EXT" -c 2)"
	net_down
done
finish
