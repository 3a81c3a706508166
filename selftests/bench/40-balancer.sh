#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a packet to a VIP costs that comes in by the localnet interface, the
# first of a connection and the later ones, beside a packet that is not to a
# VIP; with 10 and with 10,000 VIPs.
# shellcheck source=selftests/bench/bed.sh
. "$(dirname "$0")/bed.sh"
MODES=${MODES:-native tc}
net_init
bench_nb
nb lr-nat-del gw1

# vips FROM TO: load balancers of 1,000 VIPs each, 192.168.192.0/19 and up
vips() {
	local from=$1 to=$2 vips
	while [ "$from" -lt "$to" ]; do
		vips=$(awk -v a="$from" -v b="$to" 'BEGIN {
			for (i = a; i < b && i < a + 1000; i++)
				printf "%s\"100.%d.%d.%d:80\"=\"172.18.100.%d:80,172.18.100.%d:80\"",
					(i > a ? "," : ""), i / 65536, i / 256 % 256, i % 256,
					10 + i % 10, 20 + i % 10 }')
		nb lr-lb-add gw1 "$(nb create load_balancer name="lb$from" \
			protocol=tcp "vips={$vips}")"
		from=$((from + 1000))
	done
}

# to_port N DESTINATION PORT: N flows from outside
to_port() {
	awk -v n="$1" -v to="$2" -v port="$3" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "192.168.200.1 %d %s %d\n", 20000 + i, to, port }'
}

measure() { # BED MODE FILE ROUNDS
	on "$1-gw" taskset -c "$CPU" "$TOOLS/progrun" --tcp S --flows "$3" --mac \
		"$GW_MAC,$(mac_of "$1-ext" e0)" --count "$4" \
		"$(nic_program "$1" "$2")" ens9
}

to_port 40000 100.0.0.3 80 >"$DIR/all"
to_port 1000 100.0.0.3 80 >"$DIR/vip"
to_port 1000 $CLIENT 80 >"$DIR/other"
from=0
for n in 10 10000; do
	vips "$from" "$n"
	from=$n
	for mode in $MODES; do
		bed=$mode-$n
		bed_xovn "$bed" "$mode" --ct-max 32768 >"$DIR/up.log" 2>&1 ||
			die "$(cat "$DIR/up.log")"
		# every page of the tables has been in use once: a hypervisor may
		# make the first time dear
		measure "$bed" "$mode" "$DIR/all" 1 >/dev/null
		xovn "$bed-gw" ct flush >/dev/null
		echo "mode $mode, $n VIPs, ns per packet (BPF_PROG_TEST_RUN)"
		echo "  to a VIP:   $(measure "$bed" "$mode" "$DIR/vip" 20)"
		echo "  to a guest: $(measure "$bed" "$mode" "$DIR/other" 20)"
	done
done
