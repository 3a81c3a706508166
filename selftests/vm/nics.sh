# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The VM's own NICs (selftests/vm/boot -n) as the underlay, sourced by tests
# that know only lib.sh's network.

# shellcheck source=selftests/topo/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../topo/lib.sh"

moved=() # numbers; another test may have the others at the same time

# nic NUMBER: the name of one that is in no test's namespace.
nic() {
	ip -j link | jq -r --arg mac "02:76:6d:00:00:0$1" \
		'.[] | select(.address == $mac) | .ifname'
}

# nic_move NUMBER NAMESPACE NAME
nic_move() {
	local name
	name=$(nic "$1")
	[ -n "$name" ] || die "the VM has no NIC number $1"
	ip link set "$name" down
	ip link set "$name" netns "$NET-$2" name "$3" ||
		die "cannot move $name to $2"
	moved+=("$1")
	on "$2" ip link set "$3" up
}

# nics_back: those this test moved, to the VM's own namespace, which deleting
# theirs leaves to a worker of the kernel.
nics_back() {
	local i
	net_down
	# shellcheck disable=SC2317 # called by until_true
	is_back() { [ -n "$(nic "$i")" ]; }
	for i in ${moved[@]+"${moved[@]}"}; do
		until_true 10 is_back || die "NIC number $i did not come back"
	done
	moved=()
}
