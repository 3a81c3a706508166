#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The places of monitors: that a monitor's end, however it comes, leaves its
# place to others and forwarding alone; and what xovn monitor refuses.
# shellcheck source=selftests/topo/monitor.sh
. "$(dirname "$0")/monitor.sh"

# one drop on node2, on and on
drip() {
	# shellcheck disable=SC2034 # net_down ends it
	local drip_pid
	spawn drip_pid vm1 sh -c "while :; do
		$TOOLS/sendframe eth0 $(printf %s "$SPOOFED" | tr -d ' '); sleep 0.05
		done"
	watcher[drip]=$drip_pid
}

tutorial
refused "an unknown port" "xovn: monitor: --port nobody: no logical port*" \
	xovn node2 monitor --port nobody
refused "an unknown reason" "xovn: monitor: --reason BORED: no drop reason*" \
	xovn node2 monitor --reason BORED
refused "a file that cannot be" "*/no/where: cannot open: No such file*" \
	xovn node2 monitor --pcap /no/where

drip
on node2 timeout 60 "$XOVN" --pin "$PINS/node2" monitor 2>"$DIR/head.log" |
	head -n 1 >"$DIR/head"
code=${PIPESTATUS[0]}
expect "| head ends it, quietly" "0 1" "$code $(wc -l <"$DIR/head")"
unwatch drip TERM

for name in a b c d; do watch $name node2 --json; done
refused "a fifth monitor" "*4 monitors are running*end one of them*" \
	xovn node2 monitor --duration 1
ping_start vm1 "${VM_IP[vm2]}"
unwatch a KILL
expect "a killed monitor's place is free after its lease" 0 "$(
	until_true 20 xovn node2 monitor --duration 1
	echo $?
)"
expect "no packet was lost over it" "0 of many" "$(ping_lost)"
unwatch b TERM
check "a terminated one's at once" xovn node2 monitor --duration 1

# one that stands still loses its place, and finds another
kill -STOP "${watcher[c]}"
for name in e f g; do until_true 20 watch $name node2 --json; done
expect "a stopped one's place is taken" 3 \
	"$(cat "$DIR"/[efg].log | grep -c listening)"
unwatch e
kill -CONT "${watcher[c]}"
until_true 10 grep -q 'stood still' "$DIR/c.log"
from_vm1 1 "$SPOOFED"
for name in c d f g; do unwatch $name; done
expect "it goes on in another" "1 PORT_SEC_IN;1 PORT_SEC_IN;1 PORT_SEC_IN" \
	"$(for name in c f g; do seen $name .reason; done | paste -sd ';')"

watch gone node2
check "detach --all under a monitor" xovn node2 detach --all
wait "${watcher[gone]}"
expect "which says so" "1 *is gone: xovn was detached here" \
	"$? $(tail -n 1 "$DIR/gone.log")"
finish
