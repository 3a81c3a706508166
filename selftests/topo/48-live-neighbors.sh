#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Addresses and MACs that move between guests of several hosts, and rows that
# go: what one host has learned does not outlive what the cluster knows.
# shellcheck source=selftests/topo/live.sh
. "$(dirname "$0")/live.sh"
# shellcheck source=selftests/topo/typed.sh
. "$(dirname "$0")/typed.sh"

MOVING=172.18.200.77

[[ " $LIVE_READY " == *" xovn "* ]] || {
	skip "xovn hosts" "no hosts of kind xovn yet"
	finish
}
typed_section() { echo "# section $1: $2"; }
typed_print() { printf '%s\n' "$1" >>"$DIR/session"; }
verdict() { [ "$2" = "$3" ] || fail "$1" "tutorial: $2"$'\n'"here:     $3"; }

# The guest has the address now and says so by a gratuitous ARP, as failover
# programs do.
address_moves() { # FROM TO
	local mac=${VM_MAC[$2]//:/}
	on "$1" ip addr del "$MOVING"/24 dev "$1" 2>/dev/null
	on "$2" ip addr add "$MOVING"/24 dev "$2"
	on "$2" "$TOOLS/sendframe" "$2" "ffffffffffff $mac 0806 0001 0800 0604 \
		0001 $mac ac12c84d 000000000000 ac12c84d"
}
# shellcheck disable=SC2317 # called by row_is
row() { # COLUMN
	sbctl --bare --no-heading --columns="$1" find MAC_Binding ip="$MOVING"
}
# shellcheck disable=SC2317 # called by until_true
row_is() { [ "$(row mac)" = "$1" ]; }
# shellcheck disable=SC2317 # called by until_true
answers() { on vm1 ping -q -c 1 -W 1 "$MOVING" >/dev/null; }

net_init
live_up
# up to both switches and the router between
sed '/^== 9 /,$d' "$TUTORIAL" >"$DIR/commands"
TUTORIAL=$DIR/commands
type_tutorial

for round in 1 2; do
	address_moves vm4 vm3
	check "$round: at vm3: the row says so" until_true 10 row_is "${VM_MAC[vm3]}"
	check "$round: and vm1 reaches it" until_true 10 answers
	address_moves vm3 vm4
	check "$round: at vm4: the row says so" until_true 10 row_is "${VM_MAC[vm4]}"
	check "$round: and vm1 reaches it" until_true 10 answers
done

# A host that is about to tell what it has learned of the moves makes it anew.
# shellcheck disable=SC2317 # called by until_true
row_goes() {
	sbctl --all destroy MAC_Binding
	settled
	[ -z "$(row mac)" ]
}
check "the row is gone" until_true 10 row_goes
expect "the first packet after it waits for an answer" "1/1*" \
	"$(pings vm1 "$MOVING" -c 1 -W 5)"
check "which makes the row anew" until_true 10 row_is "${VM_MAC[vm4]}"

# guests with any address; a frame to the router is seen by their host alone
nbctl lsp-set-addresses ls2-vm3 unknown -- lsp-set-addresses ls2-vm4 unknown \
	-- lsp-set-port-security ls2-vm3 -- lsp-set-port-security ls2-vm4
settled
last=77 # of its MAC
speaks() { # VM
	on "$1" "$TOOLS/sendframe" "$1" "02ac10ff1001 02ee000000$last 88b6" \
		0000000000000000000000000000000000000000000000000000000000000000
}
# shellcheck disable=SC2317 # called by until_true
is_behind() { # LSP
	[ "$(sbctl --bare --columns=port_key find FDB \
		mac="\"02:ee:00:00:00:$last\"")" = \
		"$(sbctl --bare --columns=tunnel_key find Port_Binding logical_port="$1")" ]
}
for round in 1 2; do
	speaks vm3
	check "$round: a MAC behind vm3" until_true 10 is_behind ls2-vm3
	settled
	speaks vm4
	check "$round: moves behind vm4" until_true 10 is_behind ls2-vm4
	settled
done
sbctl --all destroy FDB
settled
speaks vm4
check "its row is gone: it is learned anew" until_true 10 is_behind ls2-vm4

# nobody listens as soon as the lease is over
last=78
daemon_end node3 agent KILL
sleep 5
speaks vm3
agent_start node3
settled
speaks vm3
check "a MAC learned while there was no agent" until_true 10 is_behind ls2-vm3
[ "$failures" = 0 ] || live_logs
finish
