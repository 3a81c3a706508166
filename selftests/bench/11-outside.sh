#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# From outside by a gateway to a guest behind another chassis: xovn with XDP and
# with TC beside Linux (VXLAN, routing, nftables), in turns.  64-byte UDP, by
# routes alone and to a floating address (dnat_and_snat); TCP streams, per CPU,
# and the time of a request and its answer, to a floating address and to a
# router's load balancer.
# shellcheck source=selftests/bench/bed.sh
. "$(dirname "$0")/bed.sh"
CONFIGS=${CONFIGS:-native tc linux}
FLOWS=${FLOWS:-1000}
STREAMS=${STREAMS:-4}
FLOATING=192.168.209.121
VIP=192.168.209.122
net_init
bench_nb
nb lr-nat-del gw1

linux_nat() { # BED: as the NB has it, and both addresses answer to ARP
	on "$1-gw" nft -f - <<-END
		flush ruleset
		table ip nat {
			chain pre {
				type nat hook prerouting priority dstnat
				ip daddr $FLOATING dnat to $CLIENT
				ip daddr $VIP tcp dport { 5201, 7002 } dnat to $CLIENT
			}
			chain post {
				type nat hook postrouting priority srcnat
				oifname "ens9" ip saddr $CLIENT snat to $FLOATING
			}
		}
	END
	on "$1-gw" ip addr add $FLOATING/32 dev ens9
	on "$1-gw" ip addr add $VIP/32 dev ens9
}

# packets NAME TITLE BEDS DESTINATION: FLOWS flows of 64-byte UDP
packets() {
	local bed round
	awk -v n="$FLOWS" -v from=$OUTSIDE -v to="$4" 'BEGIN {
		for (i = 0; i < n; i++) print from, 20000 + i, to, 80 }' >"$DIR/flows"
	for bed in $3; do
		sinks "$bed" 0 || die "no sink on $bed"
		# each connection has begun
		send_in "$bed" "$DIR/flows" --count "$FLOWS" >/dev/null
		: >"$DIR/$bed.$1"
	done
	for ((round = 0; round < ROUNDS; round++)); do
		for bed in $3; do
			send_in "$bed" "$DIR/flows" --seconds "$SECONDS_EACH" \
				--sink "$PINS/$bed-in" | tee -a "$DIR/log" |
				mpps >>"$DIR/$bed.$1"
		done
	done
	figures "$1" "64-byte UDP, $FLOWS flows, $2" "Mpps of one CPU" more "$3" \
		"${3##* }"
	for bed in $3; do sinks_gone "$bed"; done
}

# beds WHAT: one of each of CONFIGS, in BEDS, the last is the peer
beds_up() {
	local config bed
	BEDS=
	for config in $CONFIGS; do
		bed=$config-$1
		BEDS+="${BEDS:+ }$bed"
		if [ "$config" = linux ]; then
			bed_linux "$bed"
			on "$bed-gw" nft flush ruleset
		else
			bed_xovn "$bed" "$config" >"$DIR/up.log" 2>&1 ||
				die "$(cat "$DIR/up.log")"
		fi
	done
}

beds_up routed
packets routed "from outside by routes" "$BEDS" $CLIENT

nb lr-nat-add gw1 dnat_and_snat $FLOATING $CLIENT \
	-- lb-add web $VIP:5201 $CLIENT:5201 tcp -- lr-lb-add gw1 web \
	-- lb-add talk $VIP:7002 $CLIENT:7002 tcp -- lr-lb-add gw1 talk
beds_up nat
for bed in $BEDS; do
	[[ $bed != linux-* ]] || linux_nat "$bed" || die "no DNAT on $bed"
done
packets floating "from outside to a floating address" "$BEDS" $FLOATING
lost

for bed in $BEDS; do
	[[ $bed = linux-* ]] || bed_host "$bed" >"$DIR/up.log" 2>&1 ||
		die "$(cat "$DIR/up.log")"
done
for to in floating vip; do
	address=$FLOATING
	[ $to = floating ] || address=$VIP
	for bed in $BEDS; do rm -f "$DIR/$bed.tcp" "$DIR/$bed.requests"; done
	for ((round = 0; round < ROUNDS; round++)); do
		for bed in $BEDS; do
			stream "$bed-ext" "$bed-vm" $address "$STREAMS" \
				>>"$DIR/$bed.tcp"
			requests "$bed-ext" "$bed-vm" $address $CLIENT \
				>>"$DIR/$bed.requests"
		done
	done
	figures tcp "TCP, $STREAMS streams from outside to a $to address, veth underlay" \
		"Gb/s per CPU" more "$BEDS" linux-nat
	request_figures "a request and its answer by TCP, from outside to a $to address" \
		"$BEDS" linux-nat
done
