#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn monitor: drops, new connections and punts as they happen, filters,
# sampling, what is lost in a storm, packets for Wireshark.
# shellcheck source=selftests/topo/monitor.sh
. "$(dirname "$0")/monitor.sh"
VIP=192.168.209.55
punts() {
	watch punt node2 --punt --json
	on vm1 ping -q -c 1 -W 1 "${VM_IP[vm3]}" >/dev/null
	unwatch punt
	expect "$MODE: a next hop without MAC" "1 punt ${VM_IP[vm3]} ls1-vm1 vm1" \
		"$(seen punt '"\(.event) \(.next_hop) \(.in_port) \(.interface)"')"
}

drops_seen() {
	watch all node2 --json
	watch same node2 --json
	watch words node2 --port ls1-vm1
	watch vm4 node2 --port ls2-vm4 --json
	from_vm1 5 "$SPOOFED"
	from_vm1 2 "$TAGGED"
	for name in all same words vm4; do unwatch $name; done
	expect "$MODE: drops, with reason and place" \
		"5 PORT_SEC_IN ls1 ls1-vm1 ls1-vm1 vm1 42;2 VLAN_TAGGED ls1 ls1-vm1 ls1-vm1 vm1 *" \
		"$(seen all '"\(.reason) \(.datapath) \(.port) \(.in_port) \(.interface) \(.length)"')"
	expect "$MODE: the packet's head" "5 $(tr -d ' ' <<<"$SPOOFED")" \
		"$(seen all 'select(.reason == "PORT_SEC_IN").packet')"
	expect "$MODE: two monitors see the same" "" \
		"$(diff <(jq -c 'del(.time)' "$DIR/all") <(jq -c 'del(.time)' "$DIR/same"))"
	expect "$MODE: nothing of it is another port's" "" "$(cat "$DIR/vm4")"
	expect "$MODE: a line for each" 7 "$(wc -l <"$DIR/words")"
	expect "$MODE: in words" \
		"??:??:??.?????? drop PORT_SEC_IN at ls1 port ls1-vm1 on vm1: port_security:*; udp,*ip4.src=172.18.100.10*" \
		"$(head -n 1 "$DIR/words")"
	expect "$MODE: totals" "7 0 7" \
		"$(total words)"

	watch tagged node2 --reason vlan_tagged --json --count 2
	from_vm1 5 "$SPOOFED"
	from_vm1 2 "$TAGGED"
	wait "${watcher[tagged]}"
	expect "$MODE: --count ends it" 0 $?
	expect "$MODE: one reason only" "2 VLAN_TAGGED" "$(seen tagged .reason)"
}

bounds() {
	local events lost
	watch sampled node2 --sample 10 --rate 0 --json
	from_vm1 2000 "$SPOOFED"
	unwatch sampled
	events=$(total sampled 1)
	expect "$MODE: --sample 10: all of 2000 matched" 2000 "$(total sampled 3)"
	# 200 give or take 9 times the standard deviation
	expect "$MODE: about a tenth is shown ($events)" yes \
		"$([ "$events" -ge 80 ] && [ "$events" -le 320 ] && echo yes)"

	watch storm node2 --rate 50 --json
	from_vm1 50000 "$SPOOFED"
	unwatch storm
	events=$(jq -r 'select(.event == "drop").event' "$DIR/storm" | wc -l)
	lost=$(jq 'select(.event == "lost").lost' "$DIR/storm" | awk '{ n += $1 } END { print n + 0 }')
	at_least "$MODE: a storm of 50000, most of it over the rate" 10000 "$lost"
	at_least "$MODE: some of it is shown" 50 "$events"
	expect "$MODE: what is not shown is told to be lost" 50000 $((events + lost))
	expect "$MODE: and in the totals" "$events $lost 50000" \
		"$(total storm)"

	# a reader that sleeps: the ring is full
	watch slow node2 --rate 0 --buffer 4
	kill -STOP "${watcher[slow]}"
	from_vm1 200 "$SPOOFED"
	kill -CONT "${watcher[slow]}"
	unwatch slow
	at_least "$MODE: a full ring: events lost" 1 "$(total slow 2)"
	expect "$MODE: and counted" "$(total slow 3)" \
		$(($(total slow 1) + $(total slow 2)))
	expect "$MODE: and told" "*events lost (over --rate, or the reader is too slow)*" \
		"$(cat "$DIR/slow")"
}

connections_seen() {
	local tuples='"\(.proto) \(.orig.src) \(.orig.dst) \(.reply.src) \(.reply.dst)"'
	must "$MODE: load SNAT and a load balancer" reload "$DATA/snat-router-lb/nb.db"
	watch new node1 --new-connections --json
	watch line node1 --new-connections
	for ((i = 0; i < 3; i++)); do ask vm4 "$EXT"; done >"$DIR/answered"
	unwatch new
	unwatch line
	expect "$MODE: new connections through SNAT" \
		"3 tcp ${VM_IP[vm4]} $EXT $EXT $GW" "$(seen new "$tuples")"
	expect "$MODE: at the gateway" "3 new-connection gw1" \
		"$(seen new '"\(.event) \(.datapath)"')"
	expect "$MODE: with the port outside" \
		"$(sed -n "s/^ext $GW://p" "$DIR/answered" | sort | xargs)" \
		"$(jq -r .reply.dport "$DIR/new" | sort | xargs)"
	expect "$MODE: in conntrack's words" \
		"* new-connection at gw1, in by * on ens3: tcp src=${VM_IP[vm4]} dst=$EXT sport=* dport=$PORT src=$EXT dst=$GW sport=$PORT dport=*; *tcp,*tcp.flags=syn,len=74" \
		"$(head -n 1 "$DIR/line")"
	# from outside, and from inside: tunnel to tunnel
	for where in ext vm2; do
		watch vip node1 --new-connections --json
		ask "$where" $VIP -c 12 >"$DIR/answered"
		unwatch vip
		expect "$MODE: $where to the load balancer, each connection once" 12 \
			"$(jq -r "select(.orig.dst == \"$VIP\").orig.sport" "$DIR/vip" |
				sort -u | wc -l)"
		expect "$MODE: and no more" 12 "$(wc -l <"$DIR/vip")"
		expect "$MODE: with their backends" \
			"$(awk '{ print $1 }' "$DIR/answered" | sort | uniq -c | xargs)" \
			"$(jq -r .reply.src "$DIR/vip" | sed "s/${VM_IP[vm1]}/vm1/
				s/${VM_IP[vm3]}/vm3/" | sort | uniq -c | xargs)"
	done
}

# Geneve of an unknown datapath: from node1 to node3.
geneve() {
	local mac
	mac=$(on node3 cat /sys/class/net/ens3/address)
	on node1 "$TOOLS/sendframe" ens3 -n 3 "$mac 02000000aaaa 0800" \
		"$(ip4_header 0056 4000 11 c0a8d16e c0a8d170) 8000 17c1 0042 0000" \
		"0240 6558 fefefe 00 0102 80 01 0001 0002" \
		"02ac10ff0020 02ac10ff0010 0800 $UDP"
}

fields() { # FILE FIELD...: of all packets, each with its number
	local file=$1
	shift
	tshark -n -r "$file" -T fields -E separator=' ' "${@/#/-e}" 2>/dev/null |
		sort | uniq -c | sed 's/^ *//' | paste -sd ';'
}

packets() {
	watch pcap node2 --pcap "$DIR/pcap.pcapng" --snaplen 40
	from_vm1 3 "$SPOOFED"
	unwatch pcap
	expect "$MODE: comments in Wireshark" \
		"3 drop PORT_SEC_IN at ls1 port ls1-vm1: port_security: the guest may not send this address" \
		"$(fields "$DIR/pcap.pcapng" frame.comment)"
	expect "$MODE: interface, lengths, addresses there" \
		"3 vm1 42 40 02:ac:10:ff:00:99 172.18.100.10" \
		"$(fields "$DIR/pcap.pcapng" frame.interface_name frame.len frame.cap_len \
			eth.src ip.src)"
	expect "$MODE: capinfos knows who wrote it, and all of it" "*xovn *Number of packets = 3*" \
		"$(capinfos "$DIR/pcap.pcapng" 2>&1)"
	expect "$MODE: tcpdump reads it" 3 \
		"$(tcpdump -n -r "$DIR/pcap.pcapng" 2>/dev/null | wc -l)"

	watch outer.pcapng node3 --pcap - --count 3
	geneve
	wait "${watcher[outer.pcapng]}"
	expect "$MODE: a pipe's packets, outer headers and all" \
		"3 ens3 100 drop TUNNEL_VNI: unknown datapath key (VNI) 0xfefefe *,02:ac:10:ff:00:10" \
		"$(fields "$DIR/outer.pcapng" frame.interface_name frame.len frame.comment \
			geneve.vni eth.src)"
}

for MODE in $MODES; do
	tutorial
	punts
	servers ext vm1 vm3
	warm_gateway
	drops_seen
	bounds
	connections_seen
	packets
	net_down
done
finish
