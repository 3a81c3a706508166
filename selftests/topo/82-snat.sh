#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SNAT (tutorial, section 12): what the peer sees, that replies and what
# comes in from outside stay as they are, ports that collide, ICMP errors
# and fragments through the translation, ct list and flush.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"

seen_outside() { # FILE: source addresses of echo requests to ext
	tshark -n -r "$1" -Y "icmp.type == 8 && ip.dst == $EXT" -T fields \
		-e ip.src 2>/dev/null | sort -u | xargs
}

for MODE in $MODES; do
	tutorial
	servers ext vm1
	warm_gateway
	nb_server "$DATA/snat/nb.db"
	must "$MODE: load the SNAT rule" reload_nb

	capture "$DIR/ext.pcap" ext eth0 icmp
	for vm in $VMS; do
		expect "I7 $MODE: $vm -> ext" "2/2 ttl=62" "$(pings "$vm" "$EXT" -c 2)"
	done
	capture_end
	expect "$MODE: ext sees gw1's address in pings" $GW \
		"$(seen_outside "$DIR/ext.pcap")"
	for proto in "" -u; do
		expect "$MODE: and in ${proto:+udp}${proto:-tcp}" $GW \
			"$(client_seen vm3 "$EXT" ${proto:+$proto} -c 3)"
	done
	expect "$MODE: ext -> vm1 is not translated" "2/2 ttl=62" \
		"$(pings ext "${VM_IP[vm1]}" -c 2)"
	expect "$MODE: vm1 sees ext's own address" "$EXT" \
		"$(client_seen ext "${VM_IP[vm1]}" -c 3)"
	expect "I7 $MODE: ext -> gw1, its SNAT address" "2/2 ttl=254" \
		"$(pings ext $GW -c 2)"
	expect "I7 $MODE: vm1 -> gw1, its SNAT address" "2/2 ttl=253" \
		"$(pings vm1 $GW -c 2)"
	expect "I7 $MODE: vm1 -> vm3 is router1's business" "2/2 ttl=63" \
		"$(pings vm1 "${VM_IP[vm3]}" -c 2)"

	# one source port on four guests: all distinct outside, one kept, all
	# from 1024 as the guests' was
	for proto in "" -u; do
		source=$((41000 + ${#proto}))
		for vm in $VMS; do
			ask "$vm" "$EXT" -p $source ${proto:+$proto}
		done | sed -n "s/^ext $GW://p" >"$DIR/ports"
		expect "$MODE: four guests' one source port${proto:+, udp}: four outside" 4 \
			"$(sort -u "$DIR/ports" | wc -l)"
		expect "$MODE: one of them kept" 1 "$(grep -cx $source "$DIR/ports")"
		expect "$MODE: none under 1024" 0 "$(awk '$1 < 1024' "$DIR/ports" | wc -l)"
	done
	# the same ICMP id on two guests at once
	pids=()
	for vm in vm1 vm3; do
		pings "$vm" "$EXT" -c 3 -e 4711 >"$DIR/id.$vm" &
		pids+=($!)
	done
	wait "${pids[@]}"
	expect "$MODE: two guests ping with one id" "3/3 ttl=62 3/3 ttl=62" \
		"$(cat "$DIR/id.vm1" "$DIR/id.vm3" | xargs)"

	# ICMP errors: what they quote is translated back, or the guest's
	# kernel would not find its socket
	expect "$MODE: closed udp port of ext" refused "$(connect vm1 udp "$EXT" 9999)"
	expect "$MODE: closed tcp port of ext" refused "$(connect vm1 tcp "$EXT" 9999)"
	expect "$MODE: vm1 -> ext with TTL 2" "0/1; 172.19.255.1*exceeded" \
		"$(pings vm1 "$EXT" -c 1 -t 2)"
	# ext learns that 1500 bytes are too long for a fragment, too: on the
	# way to gw1's address and to vm1's
	pings vm1 "$EXT" -c 1 -s 4000 >/dev/null
	pings ext "${VM_IP[vm1]}" -c 1 -s 4000 >/dev/null
	expect "$MODE: fragments vm1 -> ext" "2/2 ttl=62" \
		"$(pings vm1 "$EXT" -c 2 -s 4000)"
	expect "$MODE: fragments ext -> vm1" "2/2 ttl=62" \
		"$(pings ext "${VM_IP[vm1]}" -c 2 -s 4000)"

	# ct list and flush
	hold vm1 "$EXT" -c 5 -p 43000 || cat "$DIR/held.log"
	at_least "$MODE: ct list counts all" 6 "$(connections node1)"
	held=(--src "${VM_IP[vm1]}" --proto tcp --dport "$PORT" --state TCP_ESTABLISHED)
	expect "$MODE: ct list of the held ones by source and state" 5 \
		"$(connections node1 "${held[@]}")"
	expect "$MODE: ct list says who and what" "*172.18.100.10*$GW*" \
		"$(xovn node1 ct list --src "${VM_IP[vm1]}" --sport 43000 | tail -n 1)"
	at_least "$MODE: pings have connections" 1 "$(connections node1 --proto icmp)"
	check "$MODE: ct flush of one protocol" xovn node1 ct flush --proto icmp
	expect "$MODE: takes those" 0 "$(connections node1 --proto icmp)"
	expect "$MODE: and leaves the others" 5 "$(connections node1 "${held[@]}")"
	expect "$MODE: which go on" "0 lost of 5" "$(held_lost)"
	check "$MODE: ct flush" xovn node1 ct flush
	expect "$MODE: leaves nothing" 0 "$(connections node1)"
	expect "$MODE: and new ones come" "2/2 ttl=62" "$(pings vm1 "$EXT" -c 2)"
	net_down
done
finish
