#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A first load, whose programs threads put into the kernel while the network is
# compiled and written: with one CPU and with several it ends alike; when a
# program or the network is refused, nothing is left.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
nothing_is_there() { expect "$1: nothing is left" "" "$(find "$PINS/node2" 2>/dev/null)"; }

net_init
net_up
pristine node2
first=(load --nb "$NB" --chassis node2 --placement "$PLACEMENT" --no-announce)
for cpus in 0 "0-$(($(nproc) - 1))"; do
	check "load on CPUs $cpus" on node2 taskset -c "$cpus" \
		"$XOVN" --pin "$PINS/node2" "${first[@]}"
	expect "CPUs $cpus: the same again writes nothing" "*(0 map writes)*" \
		"$(xovn node2 "${first[@]}" 2>&1)"
	expect "CPUs $cpus: the programs are there" 5 \
		"$(find "$PINS/node2" -name 'prog_*' | wc -l)"
	gone node2
done

for program in ct_delete nic_ingress vif_ingress reinject_ingres nic_xdp; do
	expect "$program is refused" "xovn: load: *.bpf.o: *" \
		"$(injected node2 -m "bpf prog_load $program" -n 1 -e EACCES -a \
			"${first[@]}" 2>&1 | grep -v '^xovn: warning: ')"
	nothing_is_there "$program"
done
expect "no memory for a map" "xovn: load: vif.bpf.o: no memory for maps*" \
	"$(injected node2 -m "bpf map_create port" -n 1 -e ENOMEM -a "${first[@]}" \
		2>&1 | grep -v '^xovn: warning: ')"
nothing_is_there "no memory for a map"
expect "a chassis that is in no placement" "xovn: load: chassis node9 *" \
	"$(xovn node2 "${first[@]/node2/node9}" 2>&1)"
nothing_is_there "a chassis that is in no placement"
finish
