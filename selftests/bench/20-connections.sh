#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# 200,000 connections at once through one external address: every one has
# its own tuple on the wire and keeps it, and answers find their way back; and
# what a packet costs then and with 100 connections, beside what memory costs
# that is so cold.
# shellcheck source=selftests/bench/bed.sh
. "$(dirname "$0")/bed.sh"
MODES=${MODES:-native tc}
MANY=${MANY:-200000}
FEW=100
net_init
bench_nb
for mode in $MODES; do
	for n in few many; do
		bed_xovn "$mode-$n" "$mode" --ct-max 524288 --port-share 100 >"$DIR/up.log" 2>&1 ||
			die "$(cat "$DIR/up.log")"
	done
done
shared_ports "$FEW" >"$DIR/few"
shared_ports "$MANY" >"$DIR/many"

for mode in $MODES; do
	for n in few many; do
		echo "mode $mode, $(wc -l <"$DIR/$n") connections: $(tuples "$mode-$n" "$DIR/$n")"
		shuf --random-source=/dev/zero "$DIR/answers" >"$DIR/$mode-$n.answers"
		sinks "$mode-$n" 0 || die "no sink"
	done
	ct_events "$mode-many-gw"
done
for n in few many; do shuf --random-source=/dev/zero "$DIR/$n" -o "$DIR/$n"; done

value() { sed -n "s/.* $1 \([0-9.]*\).*/\1/p"; }

for ((round = 0; round < ROUNDS; round++)); do
	for n in few many; do
		taskset -c "$CPU" "$TOOLS/progrun" memory \
			"$(wc -l <"$DIR/$n")" >>"$DIR/memory.$n"
		for mode in $MODES; do
			bed=$mode-$n
			send_out "$bed" "$DIR/$n" --seconds "$SECONDS_EACH" \
				--sink "$PINS/$bed-out" --program \
				"$(nic_program "$bed" "$mode")" >>"$DIR/$bed.out"
			send_in "$bed" "$DIR/$bed.answers" --seconds "$SECONDS_EACH" \
				--sink "$PINS/$bed-in" --program \
				"$(nic_program "$bed" "$mode")" >>"$DIR/$bed.in"
		done
	done
done

few=$(median <"$DIR/memory.few") many=$(median <"$DIR/memory.many")
echo "memory as large as the tables' parts in use: $few ns a packet with $FEW, $many ns with $MANY"
for mode in $MODES; do
	for way in out in; do
		for what in program mpps; do
			awk -v a="$(value $what <"$DIR/$mode-few.$way" | median)" \
				-v b="$(value $what <"$DIR/$mode-many.$way" | median)" \
				-v cold=$((many - few)) -v what="$what" \
				-v name="mode $mode, $way" 'BEGIN {
				if (what == "mpps") {
					if (!a || !b) exit
					a = 1000 / a; b = 1000 / b; what = "whole way"
				}
				printf "%s: %s %.0f ns with few, %.0f with many: %.2f x, less cold memory %.2f x\n",
					name, what, a, b, a ? b / a : 0, a ? (b - cold) / a : 0
			}'
		done
	done
done
