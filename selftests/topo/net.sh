# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The tutorial's network in namespaces, sourced by the demo and by every
# topology test.  Three hosts node1..3 with an ens3 each on the bridge of a
# fourth namespace "wire" (ports p1..p3: captures are taken there), and
# guests vm1..vm4 with an eth0 whose host end carries the guest's name.
#
#   node1 192.168.209.110              node2 .111: vm1 vm4    node3 .112: vm2 vm3
#   vm1 172.18.100.10  vm2 172.18.100.20  (ls1)   vm3 172.18.200.10  vm4 172.18.200.20  (ls2)
#
# With GATEWAY=HOST that host has a second NIC ens9 on the same bridge (port
# p9), attached to the network phyNet, and behind port p10 is "ext", a host
# of the physical network: 192.168.209.161, guests by way of 192.168.209.120.
#
# Every run has its own name (NET), so that two never meet.  One bpffs per
# run, outside /sys because `ip netns exec` puts a fresh /sys over it; one
# directory in it per host, for --pin.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
XOVN=${XOVN:-$TOP/build/xovn}
# shellcheck disable=SC2034 # used by the tests
TOOLS=${TOOLS:-$TOP/build/tools}
DATA=$TOP/selftests/data
NB=${NB:-$DATA/base/nb.db}
PLACEMENT=${PLACEMENT:-$DATA/placement}
UNDERLAY_MTU=${UNDERLAY_MTU:-1500}
GUEST_MTU=${GUEST_MTU:-1442}
MODE=${MODE:-auto}
LOAD_OPTIONS=${LOAD_OPTIONS:-}
GATEWAY=${GATEWAY:-}
LOCALNET_IF=${LOCALNET_IF:-ens9}

NODES="node1 node2 node3"
VMS="vm1 vm2 vm3 vm4"
declare -A NODE_IP=([node1]=192.168.209.110 [node2]=192.168.209.111
	[node3]=192.168.209.112)
declare -A VM_NODE=([vm1]=node2 [vm4]=node2 [vm2]=node3 [vm3]=node3)
declare -A VM_LSP=([vm1]=ls1-vm1 [vm2]=ls1-vm2 [vm3]=ls2-vm3 [vm4]=ls2-vm4)
declare -A VM_IP=([vm1]=172.18.100.10 [vm2]=172.18.100.20
	[vm3]=172.18.200.10 [vm4]=172.18.200.20 [ext]=192.168.209.161)
declare -A VM_MAC=([vm1]=02:ac:10:ff:00:10 [vm2]=02:ac:10:ff:00:20
	[vm3]=02:ac:10:ff:10:10 [vm4]=02:ac:10:ff:10:20
	[ext]=02:0a:7f:18:01:61)

die() {
	echo "$(basename "$0"): $*" >&2
	exit 1
}

# on WHERE COMMAND...: run in the namespace of a host, a guest or the wire.
on() {
	local ns=$NET-$1
	shift
	ip netns exec "$ns" "$@"
}

# xovn HOST ARGUMENTS...
xovn() {
	local node=$1
	shift
	on "$node" "$XOVN" --pin "$PINS/$node" "$@"
}

# spawn PIDVAR WHERE COMMAND...: in the background, ended by net_down.  No
# function in between: the pid must be the command's, not a subshell's.
spawn() {
	local -n pid_ref=$1
	local ns=$NET-$2
	shift 2
	ip netns exec "$ns" "$@" &
	# shellcheck disable=SC2034 # a reference
	pid_ref=$!
}

ns_add() {
	ip netns add "$NET-$1" || die "cannot make network namespace $NET-$1"
	# shellcheck disable=SC2016 # expands in the namespace
	on "$1" sh -c '
		cd /proc/sys/net
		for f in ipv6/conf/all ipv6/conf/default; do
			[ ! -e $f ] || echo 1 >$f/disable_ipv6
		done
		for f in bridge/bridge-nf-call-*; do
			[ ! -e "$f" ] || echo 0 >"$f"
		done
		ip link set lo up'
}

# cable NSA IFA NSB IFB MTU: made in NSA, as older kernels (6.1 does) refuse a name
# that the caller's own namespace has.
cable() {
	ip -n "$NET-$1" link add "$2" mtu "$5" type veth \
		peer name "$4" mtu "$5" netns "$NET-$3" ||
		die "cannot make the veth pair $2 ($1), $4 ($3)"
	on "$1" ip link set "$2" up
	on "$3" ip link set "$4" up
}

# guest_address VM: link, address and route of a guest's eth0.
guest_address() {
	local ip=${VM_IP[$1]}
	on "$1" sh -ec "
		ip link set eth0 address ${VM_MAC[$1]} mtu $GUEST_MTU up
		ip addr add $ip/24 dev eth0
		ip route add default via ${ip%.*}.1"
}

# Makes the run's directory and the script that removes everything again,
# which also serves after a kill -9: sh $DIR/down.
net_init() {
	[ "$(id -u)" = 0 ] || die "must be root (sudo make ...)"
	DIR=$(mktemp -d "${TMPDIR:-/tmp}/xovn.XXXXXX") || exit 1
	NET=xovn-${DIR##*.}
	PINS=$DIR/bpf
	cat >"$DIR/down" <<-EOF
		#!/bin/sh
		# removes the network $NET: its processes, namespaces, bpffs, files
		list() { ip netns list | sed -n 's/^\($NET-[^ ]*\).*/\1/p'; }
		for ns in \$(list); do
			pids=\$(ip netns pids \$ns)
			[ -z "\$pids" ] || kill \$pids 2>/dev/null
		done
		for ns in \$(list); do
			pids=\$(ip netns pids \$ns)
			[ -z "\$pids" ] || kill -9 \$pids 2>/dev/null
			ip netns del \$ns
		done
		while mountpoint -q $PINS; do umount $PINS || umount -l $PINS; done
		rm -rf $DIR
	EOF
	trap net_down EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	mkdir "$PINS"
	mount -t bpf "$NET" "$PINS" || die "cannot mount a bpffs on $PINS"
}

net_down() {
	trap - EXIT INT TERM HUP
	# bash says of each that is killed that it was: not what went wrong here
	{
		[ -z "${DIR:-}" ] || [ ! -e "$DIR/down" ] || sh "$DIR/down" 2>&3
		wait
	} 3>&2 2>/dev/null
}

# wire_port NAMESPACE INTERFACE PORT: a cable to the bridge.
wire_port() {
	cable "$1" "$2" wire "$3" "$UNDERLAY_MTU"
	on wire ip link set "$3" master br0
}

# ext_up NAME IP MAC PORT: a host of the physical network.
ext_up() {
	ns_add "$1"
	wire_port "$1" eth0 "$4"
	on "$1" sh -ec "
		ip link set eth0 address $3
		ip addr add $2/19 dev eth0
		ip route add 172.18.0.0/16 via 192.168.209.120"
}

# The wire as XDP needs it.  A veth takes what XDP sends only where the
# receiving end has NAPI (GRO on); it hands XDP checksums that are still to
# be made and tags that are not in the frame, which a NIC never does.
native_wire() {
	local node port
	for node in $NODES; do
		on "$node" ethtool -K ens3 tx off tso off >/dev/null 2>&1
	done
	on ext ethtool -K eth0 tx off tso off >/dev/null 2>&1
	for port in p9 "p${GATEWAY#node}"; do
		on wire ethtool -K "$port" gro on txvlan off >/dev/null 2>&1
		# the ring has 256 places: wait instead of dropping
		on wire tc qdisc replace dev "$port" root pfifo limit 2000
	done
}

# Hosts, wire and guests, without xovn.
net_up() {
	local node vm ports="p1 p2 p3" i=0
	ns_add wire
	on wire ip link add br0 type bridge stp_state 0 mcast_snooping 0
	on wire ip link set br0 mtu "$UNDERLAY_MTU" up
	for node in $NODES; do
		i=$((i + 1))
		ns_add "$node"
		wire_port "$node" ens3 p$i
		on "$node" ip addr add "${NODE_IP[$node]}/19" dev ens3
	done
	for vm in $VMS; do
		ns_add "$vm"
		cable "${VM_NODE[$vm]}" "$vm" "$vm" eth0 "$GUEST_MTU"
		guest_address "$vm"
	done
	if [ -n "$GATEWAY" ]; then
		wire_port "$GATEWAY" ens9 p9
		# two NICs in one subnet: each answers ARP for its own address
		on "$GATEWAY" sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore'
		ext_up ext "${VM_IP[ext]}" "${VM_MAC[ext]}" p10
		ports="$ports p9 p10"
		[ "$MODE" != native ] || native_wire
	fi
	for vm in $VMS; do
		link_runs "${VM_NODE[$vm]}" "$vm"
	done
	for i in $ports; do
		port_forwards "$i"
	done
}

# A bridge port forwards only once the kernel's link watch has run.
port_forwards() {
	on wire sh -c "while [ \$(cat /sys/class/net/$1/brport/state) != 3 ]; do
		sleep 0.05; done"
}

# Until then its flags are others, which tests compare with those of later.
link_runs() { # HOST INTERFACE
	on "$1" sh -c "until [ \$(cat /sys/class/net/$2/operstate) = up ]; do
		sleep 0.05; done"
}

# Loads, attaches and binds on the hosts named, as an operator would.
xovn_up() {
	local node vm
	for node; do
		# shellcheck disable=SC2086
		xovn "$node" load --nb "$NB" --chassis "$node" \
			--placement "$PLACEMENT" $LOAD_OPTIONS || return 1
		xovn "$node" attach ens3 --underlay --mode "$MODE" || return 1
		if [ "$node" = "$GATEWAY" ]; then
			xovn "$node" attach "$LOCALNET_IF" --localnet phyNet \
				--mode "$MODE" || return 1
		fi
		for vm in $VMS; do
			[ "${VM_NODE[$vm]}" = "$node" ] || continue
			xovn "$node" bind "$vm" "${VM_LSP[$vm]}" || return 1
		done
	done
}
