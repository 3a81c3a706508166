#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What BPF learns, filled to the brim by a guest: MACs behind its port (fdb),
# neighbors of its router (learned): its own share of them, and all where
# shares are off.  Established flows of others lose nothing, and afterwards all
# is learned anew.
# Connections: 96-flood.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
LOAD_OPTIONS="--max-ports 64"

entries() { # HOST MAP
	bpftool -j map dump pinned "$PINS/$1/$2" | jq length
}

# flood OPTIONS OF sendframe: from vm1
flood() {
	on vm1 "$TOOLS/sendframe" eth0 -n 10000 "$@"
}

forwards() { # NAME
	local pair
	for pair in vm1:vm2 vm1:vm3 vm4:vm3 vm4:vm2 vm2:vm1; do
		check "$1: ${pair%:*} to ${pair#*:}" until_true 10 \
			on "${pair%:*}" ping -q -c 1 -W 1 "${VM_IP[${pair#*:}]}"
	done
}

net_init
net_up
nb_server "$NB"
nb lsp-set-addresses ls1-vm1 unknown -- lsp-set-addresses ls1-vm2 unknown \
	-- lsp-set-addresses ls2-vm4 "${VM_MAC[vm4]}" unknown \
	-- lsp-set-port-security ls1-vm1 -- lsp-set-port-security ls1-vm2 \
	-- lsp-set-port-security ls2-vm4
cp "$DIR/private.db" "$DIR/unknown.db"
NB=$DIR/unknown.db
pristine node2
# shellcheck disable=SC2086
check "load, attach and bind" xovn_up $NODES
warm
forwards "before"
mac=$(on vm1 ip -j neigh show 172.18.100.1 | jq -r '.[0].lladdr')
ping_start vm4 "${VM_IP[vm3]}"

# one port's share, which another one has still
strange() { # VM FRAMES: from ever another MAC to one that nobody has
	on "$1" "$TOOLS/sendframe" eth0 -n "$2" -c 10 \
		"02eeeeeeeeee 02${1#vm}000000000 88b5 $(printf '00%.0s' {1..46})"
}
strange vm1 10000
refused=$(xovn node2 stats pipeline --json | jq .learning_refused.packets)
n=$(entries node2 fdb)
at_least "a port teaches its share" 250 "$n"
expect "and no more ($n of 1024)" 1 "$((n < 300))"
at_least "what is beyond it is counted" 9000 "$refused"
expect "for Prometheus, too" "xovn_learning_refused_total $refused" \
	"$(xovn node2 stats --prometheus | grep '^xovn_learning')"
expect "in words" "*LEARNING *refused *$refused *--port-share*" \
	"$(xovn node2 stats pipeline)"
strange vm4 100
at_least "another port's MACs are learned" $((n + 90)) "$(entries node2 fdb)"

# without shares, all of it
for node in $NODES; do
	check "$node: --port-share 100" xovn "$node" load --nb "$NB" --chassis "$node" \
		--placement "$PLACEMENT" --max-ports 64 --port-share 100
done
flood -c 10 "02eeeeeeeeee 020000000000 88b5 $(printf '00%.0s' {1..46})"
# LRU lists of the processors take some
at_least "fdb is full" 600 "$(entries node2 fdb)"
expect "and no larger than it was made" 1 "$(($(entries node2 fdb) <= 1024))"
# ever another neighbor tells the router where it is
flood -c 30 "${mac//:/} ${VM_MAC[vm1]//:/} 0806
	0001 0800 06 04 0002 ${VM_MAC[vm1]//:/} ac126500 ${mac//:/} ac126401
	$(printf '00%.0s' {1..18})"
flood -c 26 -c 30 "ffffffffffff ${VM_MAC[vm1]//:/} 0806
	0001 0800 06 04 0001 020000000000 ac120000 000000000000 ac126401
	$(printf '00%.0s' {1..18})"
at_least "learned is full" 600 "$(entries node2 learned)"
expect "learned is no larger than it was made" 1 "$(($(entries node2 learned) <= 1024))"

expect "a guest that fills tables takes nothing from others" "0 of many" "$(ping_lost)"
forwards "afterwards"
gone node2
finish
