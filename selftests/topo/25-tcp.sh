#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TCP with GSO in both directions and in every mode; a file arrives whole.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"

for MODE in tc native; do
	tutorial
	head -c 20000000 /dev/urandom >"$DIR/file"
	warm
	for pair in "vm1 vm2" "vm2 vm1" "vm3 vm1" "vm1 vm4"; do
		read -r from to <<<"$pair"
		at_least "$MODE: TCP $from -> $to, Mb/s" $((200 / SLOW)) \
			"$(iperf "$from" "$to" -t 1)"
	done
	for pair in "vm1 vm2" "vm3 vm1"; do
		read -r from to <<<"$pair"
		expect "I5 $MODE: 20 MB $from -> $to arrive as sent" same \
			"$(transfer "$from" "$to")"
	done
	segmenting_wire
	expect "I5 $MODE: 20 MB vm1 -> vm2, segments on the wire" same \
		"$(transfer vm1 vm2)"
	for vm in vm1 vm2 vm3; do
		expect "$MODE: no bad TCP checksum at $vm" 0 \
			"$(on $vm cat /proc/net/snmp | awk '/^Tcp:/ { v = $16 } END { print v }')"
	done
	net_down
done
finish
