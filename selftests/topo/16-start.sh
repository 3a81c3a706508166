#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn start: hosts from one file each, as after a boot; again, it changes
# nothing; what differs is changed and no more; wrong files change nothing.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"

# conf HOST LINE...: its file; the lines stand in [snapshot].
conf() {
	local node=$1
	shift
	cat >"$DIR/$node.conf" <<-EOF
		[host]
		pin = $PINS/$node
		ct-max = 4096
		announce = no
		[snapshot]
		nb = $NB
		placement = $PLACEMENT
		chassis = $node
	EOF
	printf '%s\n' "$@" >>"$DIR/$node.conf"
}

# start HOST [OPTION...]
start() {
	local node=$1
	shift
	on "$node" "$XOVN" start --config "$DIR/$node.conf" "$@" 2>&1
}

# in_kernel HOST: links, programs and attachments with their numbers
in_kernel() {
	local link
	for link in "$PINS/$1"/link_*; do
		echo "${link##*/} $(bpftool -j link show pinned "$link" |
			jq -c '[.id, .prog_id, .ifindex, .devname]')"
	done
	configured "$1"
	bpftool -j map dump pinned "$PINS/$1/config" | jq -c .
}

# bound HOST: "ifname=lsp ..."
bound() {
	bpftool -j map dump pinned "$PINS/$1/vif" |
		jq -r '[.[].formatted.value | "\(.ifname)=\(.name)"] | sort | join(" ")'
}

# attached HOST: "ifname role mode;..."
attached() {
	bpftool -j map dump pinned "$PINS/$1/attachment" |
		jq -r '[.[].formatted.value | select(.role != "ATTACHMENT_VIF") |
			"\(.ifname) \(.role | sub("ATTACHMENT_"; "")) \(.mode | sub("ATTACHMENT_"; "")) \(.network)"] |
			sort | join(";")'
}

# same NAME HOST BEFORE: in_kernel is as it was.
same() {
	expect "$1" "" "$(diff <(echo "$3") <(in_kernel "$2"))"
}

net_init
GATEWAY=node1 net_up
conf node2 "underlay = ens3" "bind = vm1 ls1-vm1" "bind = vm4 ls2-vm4"
conf node3 "underlay = ens3" "bind = vm2 ls1-vm2" "bind = vm3 ls2-vm3"
expect "a dry run says what would be done" \
	"*xovn: start: ens3: would be attached as underlay*vm1: would be bound to ls1-vm1*3 interfaces; nothing was changed: dry run" \
	"$(start node2 --dry-run)"
expect "and makes nothing" "" "$(ls "$PINS/node2" 2>/dev/null)"
out=$(start node2)
expect "one command brings a host up" \
	"*xovn: load: node2: *xovn: attach: ens3: underlay*xovn: bind: vm1 is ls1-vm1*xovn: start: $DIR/node2.conf: 3 interfaces" \
	"$out"
check "and another" start node3
expect "the maps have the size that [host] gives" 4096 \
	"$(xovn node2 stats ct --json | jq .capacity)"
pings vm1 "${VM_IP[vm2]}" -c 1 >/dev/null # resolves
expect "guests of the two hosts ping" "2/2 ttl=64" "$(pings vm1 "${VM_IP[vm2]}" -c 2)"

before=$(in_kernel node2)
out=$(start node2)
expect "again: no map write" "*0 added, 0 changed, 0 removed (0 map writes)*" "$out"
expect "and no interface is spoken of" 0 "$(grep -c 'attach:\|bind:' <<<"$out")"
same "links and programs are the same ones" node2 "$before"

# What the file does not name stays.
conf node2 "underlay = ens3 auto" "bind = vm4 ls2-vm4"
before=$(in_kernel node2)
check "a line less" start node2
same "what the file does not name stays" node2 "$before"

# A guest's interface that is not there yet.
conf node2 "underlay = ens3" "bind = vm1 ls1-vm1" "bind = vm4 ls2-vm4"
on node2 ip link set vm1 down
on node2 ip link set vm1 name later
xovn node2 unbind later >/dev/null 2>&1 || xovn node2 unbind vm1 >/dev/null
out=$(start node2)
expect "an interface that is not there is a warning" \
	"*xovn: warning: vm1: is not there yet;*3 interfaces, 1 not there yet" "$out"
expect "the others are as they shall be" "vm4=ls2-vm4" "$(bound node2)"
on node2 ip link set later name vm1
on node2 ip link set vm1 up
expect "it is bound by the next start" "*xovn: bind: vm1 is ls1-vm1*" "$(start node2)"
expect "and forwards" "2/2 ttl=64" "$(pings vm1 "${VM_IP[vm2]}" -c 2)"

# Two guests change places: what is in the way goes first.
conf node2 "underlay = ens3" "bind = vm1 ls2-vm4" "bind = vm4 ls1-vm1"
check "two bindings swapped" start node2
expect "each has the other's port" "vm1=ls2-vm4 vm4=ls1-vm1" "$(bound node2)"
conf node2 "underlay = ens3" "bind = vm1 ls1-vm1" "bind = vm4 ls2-vm4"
check "and back" start node2
expect "each has its own" "vm1=ls1-vm1 vm4=ls2-vm4" "$(bound node2)"

# A line that cannot be done: the others are.
conf node2 "underlay = ens3" "bind = vm1 nosuch" "bind = vm4 ls2-vm4"
before=$(in_kernel node2)
refused "a port that there is not" \
	"xovn: start: nosuch: no such logical switch port*; all else is as $DIR/node2.conf says" \
	on node2 "$XOVN" start --config "$DIR/node2.conf"
same "what was bound there stays" node2 "$before"
conf node2 "underlay = ens4" "bind = vm1 ls1-vm1" "bind = vm4 ls2-vm4"
out=$(start node2)
expect "an underlay that there is not" "*xovn: start: ens4: no such interface*" "$out"
expect "leaves the one that there is" "ens3 UNDERLAY TC " "$(attached node2)"

# The gateway's host: roles that move between interfaces.
conf node1 "underlay = ens3 tc" "localnet = ens9 phyNet tc"
check "the gateway's host" start node1
expect "has two NICs" "ens3 UNDERLAY TC ;ens9 LOCALNET TC phyNet" "$(attached node1)"
conf node1 "underlay = ens3" "localnet = ens3 phyNet tc"
check "the network moves to the underlay's" start node1
expect "which plays both then" "ens3 UNDERLAY_LOCALNET TC phyNet" "$(attached node1)"
conf node1 "underlay = ens3" "localnet = ens9 phyNet"
check "and back" start node1
expect "it has a NIC again" "ens3 UNDERLAY TC ;ens9 LOCALNET TC phyNet" "$(attached node1)"
conf node1 "underlay = ens3 native" "localnet = ens9 phyNet"
check "another mode" start node1
expect "is taken" "ens3 UNDERLAY NATIVE ;ens9 LOCALNET TC phyNet" "$(attached node1)"
before=$(in_kernel node1)
check "again" start node1
same "changes nothing there, either" node1 "$before"

# Wrong files change nothing.
wrong() { # NAME WANTED
	local before out code
	before=$(in_kernel node2)
	out=$(start node2)
	code=$?
	expect "$1: one line" "$2" "$out"
	expect "$1: exit code" 1 "$code"
	same "$1: nothing is changed" node2 "$before"
}
conf node2 "underlay = ens3" "bund = vm1 ls1-vm1"
wrong "an unknown key" "xovn: start: $DIR/node2.conf: line 10: unknown key 'bund' in \[snapshot\]; there are: *"
conf node2 "underlay = ens3" "chassis = node2"
wrong "a key twice" "xovn: start: $DIR/node2.conf: line 10: chassis is on line 8 already; keep one of them"
conf node2 "bind = vm4 ls2-vm4"
sed -i "s|^nb = .*|nb = $DIR/nosuch.db|" "$DIR/node2.conf"
wrong "an NB that there is not" "xovn: start: $DIR/nosuch.db: *"
conf node2
sed -i "s|^chassis = .*|chassis = node7|" "$DIR/node2.conf"
wrong "a chassis that there is not" "xovn: start: chassis node7 is not in the placement; *"
printf '[agent]\n' >"$DIR/node2.conf"
wrong "no [snapshot]" "xovn: start: $DIR/node2.conf: has no section \[snapshot\]*"
rm "$DIR/node2.conf"
wrong "no file" "xovn: start: $DIR/node2.conf: cannot be opened: No such file or directory"
expect "guests ping all the same" "2/2 ttl=64" "$(pings vm1 "${VM_IP[vm2]}" -c 2)"

# --pin is stronger than the file.
conf node3 "underlay = ens3"
expect "--pin names another state" "*xovn: load: *" \
	"$(on node3 "$XOVN" --pin "$PINS/other" start --config "$DIR/node3.conf" --dry-run 2>&1)"
expect "which a dry run does not make" "" "$(ls "$PINS/other" 2>/dev/null)"
finish
