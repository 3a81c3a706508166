# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The network of NB (a file) with live databases and agents, its guests bound
# and settled.

# shellcheck source=selftests/topo/live.sh
. "$(dirname "${BASH_SOURCE[0]}")/live.sh"

live_guest() { # VM: as an operator would
	local node=${VM_NODE[$1]}
	ns_add "$1"
	cable "$node" "$1" "$1" eth0 "$GUEST_MTU"
	guest_address "$1"
	vsctl "$node" --may-exist add-br br-int -- add-port br-int "$1" \
		-- set Interface "$1" "external_ids:iface-id=${VM_LSP[$1]}"
}

# the Northbound database of the file test, live
live_tutorial() {
	local node vm
	# with the database in its place before it is served
	# shellcheck disable=SC2317 # live_up calls it
	live_net() {
		local node VMS=
		net_up
		for node in $NODES; do
			mkdir "$DIR/$node"
			on "$node" ethtool -K ens3 tx off >/dev/null 2>&1
		done
		cp "$NB" "$DIR/$CENTRAL/ovnnb.db"
	}
	live_up
	nbctl set-connection ptcp:6641
	sbctl set-connection ptcp:6642
	for node in $NODES; do
		vsctl "$node" --may-exist add-br br-int -- set Open_vSwitch . \
			"external-ids:ovn-remote=tcp:${NODE_IP[$CENTRAL]}:6642" \
			external-ids:ovn-encap-type=geneve \
			"external-ids:ovn-encap-ip=${NODE_IP[$node]}"
	done
	vsctl "$GATEWAY" add-br br-ext -- add-port br-ext ens9 -- set Open_vSwitch . \
		external-ids:ovn-bridge-mappings=phyNet:br-ext
	for vm in $VMS; do
		live_guest "$vm"
	done
	settled
}
