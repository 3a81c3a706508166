#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A gateway router's load balancer, from outside to guests behind another
# chassis: xovn with XDP and with TC beside VXLAN and nftables DNAT (a map from
# VIP and port to a chain that takes a backend by numgen), in turns; with 1 and
# with 1,000 VIPs of 10 backends.  64-byte UDP, since the sink counts what
# arrives: first packets of connections, each of its own source, and packets of
# 1,000 known ones.  No new connection is met twice, and both sides' tables
# hold all of them, out of as many.
# shellcheck source=selftests/bench/bed.sh
. "$(dirname "$0")/bed.sh"
CONFIGS=${CONFIGS:-native tc linux}
VIPS=${VIPS:-1 1000}
NEW=${NEW:-20000}
BACKENDS=10
net_init
bench_nb
nb lr-nat-del gw1

vip() { echo "100.0.$(($1 / 256)).$(($1 % 256))"; }

backends_of() { # SEPARATOR FORMAT
	local i
	for ((i = 0; i < BACKENDS; i++)); do
		# shellcheck disable=SC2059 # FORMAT is ours
		printf "%s$2" "$([ $i = 0 ] || echo "$1")" $((10 + i))
	done
}

xovn_vips() { # N: in load balancers of 100, as many as fit an argument
	local i to words=()
	to=$(backends_of , 172.18.100.%d:80)
	nb lr-lb-del gw1
	for ((i = 0; i < $1; i++)); do
		words+=("\"$(vip $i):80\"=\"$to\"")
		[ $((i % 100)) = 99 ] || [ $((i + 1)) = "$1" ] || continue
		nb lr-lb-add gw1 "$(nb create load_balancer name="web$1-$i" \
			protocol=udp "vips={$(IFS=,; echo "${words[*]}")}")" || return 1
		words=()
	done
}

linux_vips() { # N
	local i n=0 to
	{
		echo "table ip lb {"
		for ((i = 0; i < $1; i++)); do
			n=0
			to=
			for ((n = 0; n < BACKENDS; n++)); do
				to+="${to:+, }$n : 172.18.100.$((10 + n))"
			done
			echo "chain v$i { dnat to numgen random mod $BACKENDS map { $to }; }"
		done
		echo "map vips { type ipv4_addr . inet_service : verdict; elements = {"
		for ((i = 0; i < $1; i++)); do echo "$(vip $i) . 80 : goto v$i,"; done
		echo "} }"
		echo "chain pre { type nat hook prerouting priority dstnat;"
		printf "ip daddr . udp dport vmap @vips\n}\n}\n"
	} >"$DIR/lb.nft"
	on "$2-gw" nft -f "$DIR/lb.nft"
}

sources() { # ROUND N VIPS
	awk -v r="$1" -v n="$2" -v v="$3" 'BEGIN { for (i = 0; i < n; i++) {
		k = i % v
		printf "192.168.%d.%d %d 100.0.%d.%d 80\n", 201 + r % 6,
			10 + int(r / 6), 20000 + i, k / 256, k % 256 } }'
}

for n in $VIPS; do
	xovn_vips "$n" || die "no $n VIPs"
	beds=
	for config in $CONFIGS; do
		bed=$config-$n
		beds+=" $bed"
		if [ "$config" = linux ]; then
			bed_linux "$bed"
			linux_vips "$n" "$bed" || die "no DNAT on $bed"
		else
			bed_xovn "$bed" "$config" --ct-max 262144 \
				>"$DIR/up.log" 2>&1 || die "$(cat "$DIR/up.log")"
		fi
		sinks "$bed" 0 || die "no sink on $bed"
		# every page of the tables has been in use once: a hypervisor may
		# make the first time dear
		sources 30 45000 "$n" >"$DIR/fill"
		send_in "$bed" "$DIR/fill" --count 45000 >/dev/null
		sources 36 45000 "$n" >"$DIR/fill"
		send_in "$bed" "$DIR/fill" --count 45000 >/dev/null
		: >"$DIR/$bed.new"
		: >"$DIR/$bed.known"
	done
	sources 0 1000 "$n" >"$DIR/known"
	for ((round = 0; round < ROUNDS; round++)); do
		sources $((round + 1)) "$NEW" "$n" >"$DIR/new"
		for bed in $beds; do
			send_in "$bed" "$DIR/new" --count "$NEW" \
				--sink "$PINS/$bed-in" | tee -a "$DIR/log" |
				mpps >>"$DIR/$bed.new"
			send_in "$bed" "$DIR/known" --seconds "$SECONDS_EACH" \
				--sink "$PINS/$bed-in" | tee -a "$DIR/log" |
				mpps >>"$DIR/$bed.known"
		done
	done
	figures new "first packets of connections, $n VIPs" "Mpps of one CPU" more \
		"$beds" "linux-$n"
	figures known "packets of known connections, $n VIPs" "Mpps of one CPU" more \
		"$beds" "linux-$n"
	for bed in $beds; do sinks_gone "$bed"; done
done
lost
