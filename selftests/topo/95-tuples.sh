#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# 200,000 connections at once through one external address: no two have the
# same tuple on the wire, each keeps its own, every answer finds its way back.
# shellcheck source=selftests/bench/bed.sh
. "$(dirname "$0")/../bench/bed.sh"
N=200000
net_init
bench_nb
shared_ports $N >"$DIR/flows"
for mode in native tc; do
	bed_xovn $mode $mode --ct-max 524288 >"$DIR/up.log" 2>&1 ||
		fail "$mode: load, attach" "$(cat "$DIR/up.log")"
	expect "$mode: $N connections through one address" \
		"seen $N of $N, duplicate 0, changed 0, answered $N, astray 0" \
		"$(tuples $mode "$DIR/flows")"
done
# the measure itself: two connections that cannot be told apart
head -n 1000 "$DIR/flows" >"$DIR/once"
cat "$DIR/once" "$DIR/once" >"$DIR/twice"
expect "a tuple that two have is seen" "*duplicate 2000,*" \
	"$(tuples native "$DIR/twice")"
finish
