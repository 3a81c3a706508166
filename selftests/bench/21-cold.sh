#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a known connection's packet costs the gateway's program (SNAT,
# BPF_PROG_TEST_RUN) where there are 1,000 of them, 100,000, and 1,000,000, of
# which the one that it is of was last seen so many packets ago; beside what
# memory costs that is so cold ("memory": a bucket by a hash, and the record
# that it names, of as many).
#
# From inside (Geneve) and the answers, in networks of the same size, each with
# its own connections.  Of the largest each round runs other hundred thousand,
# so that all come once in ten rounds.
# shellcheck source=selftests/bench/bed.sh
. "$(dirname "$0")/bed.sh"
MODES=${MODES:-native}
SIZES=${SIZES:-"1000 100000 1000000"}
SLICE=100000 # flows of a run
CT_MAX=1572864 # room for each, wherever its hash leads
net_init
bench_nb

# connections N: each client has source ports of its own, so that SNAT leaves
# them as they are and answers are known beforehand; 32 services
connections() {
	awk -v n="$1" -v clients=$CLIENTS -v to=$OUTSIDE 'BEGIN {
		each = int((n / clients + 31) / 32)
		for (i = 0; i < n; i++) {
			c = i % clients; j = int(i / clients)
			printf "172.18.100.%d %d %s %d\n", 10 + c,
				1024 + c * each + int(j / 32), to, 5500 + j % 32
		}
	}'
}

# run BED MODE in|out FILE COUNT
run() {
	local frame iface=ens3 gw out
	gw=$(mac_of "$1-gw" ens3)
	frame=(--mac "${INNER_MACS[$1]}" --geneve "${TUNNEL_KEYS[$1]}"
		--outer "$gw,$(mac_of "$1-peer" ens3),${TUNNEL_ENDS[$1]}")
	if [ "$3" = in ]; then
		iface=ens9
		frame=(--mac "$GW_MAC,$(mac_of "$1-ext" e0)")
	fi
	out=$(on "$1-gw" taskset -c "$CPU" "$TOOLS/progrun" --flows "$4" \
		"${frame[@]}" --count "$5" "$(nic_program "$1" "$2")" $iface)
	# XDP_REDIRECT or TC_ACT_REDIRECT, each of them
	[[ $out == *"verdicts "[47]:+([0-9]) ]] || die "$1, $3: $out"
	echo "$out"
}

# measure BED MODE in|out N: appends to $DIR/BED.in or .out
measure() {
	local n=$4 out
	if [ "$n" -le $SLICE ]; then
		out=$(run "$1" "$2" "$3" "$DIR/$n.$3" $((2 * SLICE / n))) || exit 1
		awk '{ print $4 }' <<<"$out" >>"$DIR/$1.$3"
	else
		split -n "l/$((round % (n / SLICE) + 1))/$((n / SLICE))" \
			"$DIR/$n.$3" >"$DIR/slice"
		# the first time only: the second is not cold any more
		out=$(run "$1" "$2" "$3" "$DIR/slice" 1) || exit 1
		awk '{ print $2 }' <<<"$out" >>"$DIR/$1.$3"
	fi
}

shopt -s extglob
for n in $SIZES; do
	connections "$n" >"$DIR/all"
	shuf --random-source=/dev/zero "$DIR/all" -o "$DIR/$n.out"
	awk -v ip=$SNAT_IP '{ print $3, $4, ip, $2 }' "$DIR/all" |
		shuf --random-source="$DIR/all" -o "$DIR/$n.in"
	for mode in $MODES; do
		bed=$mode-$n
		bed_xovn "$bed" "$mode" --ct-max $CT_MAX --port-share 100 \
			--ct-timeout udp_stream=86400,udp=3600 >"$DIR/up.log" 2>&1 || die "$(cat "$DIR/up.log")"
		# one that was answered gives way to no other
		run "$bed" "$mode" out "$DIR/$n.out" 0 >/dev/null
		run "$bed" "$mode" in "$DIR/$n.in" 0 >/dev/null
	done
done
for ((round = 0; round < ROUNDS; round++)); do
	for n in $SIZES; do
		taskset -c "$CPU" "$TOOLS/progrun" memory "$n" \
			>>"$DIR/memory-$n.memory"
		for mode in $MODES; do
			for way in out in; do
				measure "$mode-$n" "$mode" $way "$n"
			done
		done
	done
done
for mode in $MODES; do
	# shellcheck disable=SC2086
	beds=$(printf "$mode-%s " $SIZES)
	figures out "a known connection's packet, out by SNAT, by connections" ns less \
		"$beds" "${beds%% *}"
	figures in "... an answer" ns less "$beds" "${beds%% *}"
done
# shellcheck disable=SC2086
beds=$(printf "memory-%s " $SIZES)
figures memory "memory as cold as so many connections make it" ns less "$beds" "${beds%% *}"
