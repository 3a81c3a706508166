#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Interfaces that vanish and come back, are renamed or moved to another
# network namespace; the underlay's link down and up; MTUs that change; and a
# bpffs that is read-only.  Without an agent: others go on, show says what is
# missing, the operator's next bind, attach or load repairs.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2317 # check calls it
load() { # OPTIONS...
	xovn node2 load --nb "$NB" --chassis node2 --placement "$PLACEMENT" "$@"
}

# shellcheck disable=SC2317
# reaches VM DESTINATION: one of some pings is answered
reaches() {
	until_true 10 on "$1" ping -q -c 1 -W 1 "$2"
}

# state_of LSP: what show says
state_of() {
	xovn node2 show --json |
		jq -r --arg p "$1" '.switches[].ports[] | select(.name == $p).state'
}

# vm4_again: a guest that has been started again
vm4_again() {
	cable node2 vm4 vm4 eth0 "$GUEST_MTU"
	guest_address vm4
}

bind_vm4() {
	check "$1" xovn node2 bind "${2:-vm4}" ls2-vm4
	check "$1: forwards" reaches vm4 "${VM_IP[vm3]}"
	expect "$1: in show" bound "$(state_of ls2-vm4)"
}

vanish() {
	on node2 ip link del vm4
	expect "vanished: in show" "interface gone" "$(state_of ls2-vm4)"
	check "vanished: load" load
	vm4_again
	bind_vm4 "came back, bind"
	on node2 ip link del vm4
	vm4_again
	bind_vm4 "came back at once, bind"
}

rename() {
	on node2 sh -c 'ip link set vm4 down; ip link set vm4 name guest4; ip link set guest4 up'
	check "renamed: forwards" reaches vm4 "${VM_IP[vm3]}"
	check "renamed: load" load
	check "renamed: forwards after a load" reaches vm4 "${VM_IP[vm3]}"
	expect "renamed: in show" "guest4" "$(xovn node2 show --json |
		jq -r '.attachments[] | select(.interface == "guest4").interface')"
	check "renamed: unbind by its new name" xovn node2 unbind guest4
	on node2 sh -c 'ip link set guest4 down; ip link set guest4 name vm4; ip link set vm4 up'
	bind_vm4 "renamed back, bind"
}

move() {
	ns_add limbo
	on node2 ip link set vm4 netns "$NET-limbo"
	expect "moved away: in show" "interface gone" "$(state_of ls2-vm4)"
	check "moved away: load" load
	expect "moved away: reaches nobody" "0/2" "$(pings vm4 "${VM_IP[vm3]}" -c 2)"
	on limbo ip link set vm4 netns "$NET-node2"
	on node2 ip link set vm4 up
	bind_vm4 "moved back, bind"
	# and its name is taken by another meanwhile
	on node2 ip link set vm4 netns "$NET-limbo"
	on limbo ip link set vm4 name gone
	on vm4 sh -c 'ip link set eth0 down; ip link set eth0 name old; ip addr flush dev old'
	vm4_again
	bind_vm4 "another of its name, bind"
	on limbo ip link del gone
	check "the old one is deleted: forwards" reaches vm4 "${VM_IP[vm3]}"
	ip netns del "$NET-limbo"
}

flap() {
	local i
	for i in 1 2 3; do
		on node2 ip link set ens3 down
		[ "$i" != 1 ] || expect "underlay down: local traffic" "2/2*" \
			"$(pings vm1 172.18.100.1 -c 2)"
		on node2 ip link set ens3 up
	done
	check "underlay up: forwards" reaches vm1 "${VM_IP[vm3]}"
	on wire ip link set p2 down
	on wire ip link set p2 up
	port_forwards p2
	check "its cable pulled and put back: forwards" reaches vm1 "${VM_IP[vm3]}"
}

# shellcheck disable=SC2317
# fits VM DESTINATION SIZE: an IP packet of that size comes through
fits() {
	until_true 10 on "$1" ping -q -M "do" -c 1 -W 1 -s $(($3 - 28)) "$2"
}

mtu() {
	local told
	on node2 ip link set ens3 mtu 1400
	check "underlay's MTU down: load" load
	told=$(on vm1 ping -n -M "do" -c 3 -i 0.2 -W 1 -s $((GUEST_MTU - 28)) "${VM_IP[vm3]}" 2>&1)
	expect "underlay's MTU down: senders are told" "*1342*" "$told"
	check "what fits comes through" fits vm1 "${VM_IP[vm3]}" 1342
	on node2 ip link set ens3 mtu "$UNDERLAY_MTU"
	check "underlay's MTU up: load" load
	on vm1 ip route flush cache
	check "underlay's MTU up: all comes through" fits vm1 "${VM_IP[vm3]}" "$GUEST_MTU"
	on vm4 ip link set eth0 mtu 1300
	on node2 ip link set vm4 mtu 1300
	check "a guest's MTU down: forwards" reaches vm4 "${VM_IP[vm3]}"
	on node2 ip link set vm4 mtu "$GUEST_MTU"
	on vm4 ip link set eth0 mtu "$GUEST_MTU"
	check "a guest's MTU up: all comes through" fits vm4 "${VM_IP[vm3]}" "$GUEST_MTU"
}

underlay() {
	on node2 ip link del ens3
	expect "underlay vanished: in show" "false" "$(xovn node2 show --json |
		jq '.attachments[] | select(.role == "underlay").present')"
	check "underlay vanished: load" load
	expect "underlay vanished: local traffic" "2/2*" "$(pings vm1 "${VM_IP[vm4]}" -c 2)"
	wire_port node2 ens3 p2
	on node2 ip addr add "${NODE_IP[node2]}/19" dev ens3
	port_forwards p2
	check "underlay came back: attach" xovn node2 attach ens3 --underlay --mode "$MODE"
	check "underlay came back: forwards" reaches vm1 "${VM_IP[vm3]}"
}

read_only() {
	local before
	before=$(configured node2)
	ping_start vm1 "${VM_IP[vm3]}"
	mount -o remount,ro "$PINS"
	refused "bpffs read-only: attach" "xovn: attach: *Read-only file system; mount*" \
		xovn node1 attach ens3 --underlay
	refused "bpffs read-only: bind" "xovn: bind: *Read-only file system; mount*" \
		xovn node2 bind vm4 ls2-vm4
	refused "bpffs read-only: a first load" "xovn: load: *Read-only file system*" \
		on node2 "$XOVN" --pin "$PINS/new" load --nb "$NB" --chassis node2 \
		--placement "$PLACEMENT"
	refused "bpffs read-only: unbind" "xovn: unbind: *Read-only file system; mount*" \
		xovn node2 unbind vm1
	refused "bpffs read-only: detach" "xovn: detach: *Read-only file system; mount*" \
		xovn node2 detach ens3
	refused "bpffs read-only: detach --all" "xovn: detach: *Read-only file system*" \
		xovn node2 detach --all
	refused "bpffs read-only: load" "xovn: load: *Read-only file system; mount*" load
	mount -o remount,rw "$PINS"
	expect "bpffs read-only: forwarding untouched" "0 of many" "$(ping_lost)"
	expect "and what show says" "" "$(diff <(echo "$before") <(configured node2))"
}

net_init
net_up
pristine node2 node3
# shellcheck disable=SC2086
check "three hosts" xovn_up $NODES
warm
ping_start vm1 "${VM_IP[vm2]}"
vanish
rename
move
expect "others do not notice" "0 of many" "$(ping_lost)"
flap
mtu
underlay
xovn node1 detach ens3 >/dev/null
xovn node2 unbind vm4 >/dev/null
read_only
gone node2 unnumbered
gone node3
finish
