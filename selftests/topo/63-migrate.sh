#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# doc/migrate.md: three stock hosts become xovn's one after the other, and go
# back, under traffic.  What is lost each time is printed beside what a stock
# host loses that only restarts its daemons.  node1 is the gateway; vm5 is
# plugged by an internal port.
#
# With openvswitch.ko loaded (make vmtest does that) it is the kernel's
# datapath, else the userspace one; DATAPATH=netdev forces it.
#
# Steps are called by name, in moved:
# shellcheck disable=SC2317
# shellcheck source=selftests/topo/live.sh
. "$(dirname "$0")/live.sh"

NB=$DATA/snat-router-lb/nb.db
LIVE_KIND=stock
RATE=${RATE:-$((500 / SLOW))} # datagrams a second on each path
DATAPATH=${DATAPATH:-$([ -d /sys/module/openvswitch ] && echo system || echo netdev)}
HOSTS=${HOSTS:-"node2 node3 node1"} # that move, in this order
# path: from, to, port, hosts that it passes
STREAMS="east:vm1:vm2:7001:node2+node3 west:vm3:vm4:7002:node3+node2
	snat2:vm4:ext:7003:node2+node1 snat3:vm2:ext:7004:node3+node1"
declare -A PID BASE_LOST
others='' others_sent=''

if [ "$DATAPATH" = system ]; then
	# as on a machine of one's own: the address is the NIC's
	vswitchd_start() {
		ovn_daemon "$1" ovs-vswitchd ovs-vswitchd "unix:$DIR/$1/db.sock"
	}
	underlay_up() { :; }
else
	# the bridge is in conf.db already, and there when ovs-vswitchd has made it
	eval "$(declare -f underlay_up | sed '1s/underlay_up/underlay_put/')"
	underlay_up() {
		! vsctl "$1" br-exists br-phys ||
			until_true 20 on "$1" ip link show br-phys
		underlay_put "$1"
	}
fi

# the database in its place before it is served
eval "$(declare -f live_net | sed '1s/live_net/hosts_net/')"
live_net() {
	hosts_net
	cp "$NB" "$DIR/$CENTRAL/ovnnb.db"
	on ext ip route add 172.18.0.0/16 via 192.168.209.120
}

# plug GUEST: a veth pair, as for a container; what a tap is for a VM.
plug() {
	local node=${VM_NODE[$1]}
	ns_add "$1"
	cable "$node" "$1" "$1" eth0 1400
	GUEST_MTU=1400 guest_address "$1"
	on "$1" ethtool -K eth0 tx off >/dev/null 2>&1
	vsctl "$node" add-port br-int "$1" \
		-- set Interface "$1" "external_ids:iface-id=${VM_LSP[$1]}"
}

# plug_internal: vm5's interface, wherever it comes from.
plug_internal() {
	ip -n "$NET-node2" link set vm5 netns "$NET-vm5" &&
		on vm5 sh -ec '
			ip link set vm5 address 02:ac:10:ff:00:50 mtu 1400 up
			ip addr add 172.18.100.50/24 dev vm5'
}

network_up() {
	local node vm
	nbctl set-connection ptcp:6641
	sbctl set-connection ptcp:6642
	for node in $NODES; do
		vsctl "$node" set Open_vSwitch . \
			"external-ids:ovn-bridge-datapath-type=$DATAPATH" \
			"external-ids:ovn-remote=tcp:${NODE_IP[$CENTRAL]}:6642" \
			external-ids:ovn-encap-type=geneve \
			"external-ids:ovn-encap-ip=${NODE_IP[$node]}"
		until_true 20 vsctl "$node" br-exists br-int
	done
	vsctl "$GATEWAY" add-br br-ext -- set Bridge br-ext datapath_type="$DATAPATH" \
		-- add-port br-ext ens9 -- set Open_vSwitch . \
		external-ids:ovn-bridge-mappings=phyNet:br-ext
	for vm in vm1 vm2 vm3 vm4; do
		plug "$vm"
	done
	nbctl lsp-add ls1 ls1-vm5 -- lsp-set-addresses ls1-vm5 02:ac:10:ff:00:50
	ns_add vm5
	vsctl node2 add-port br-int vm5 -- set Interface vm5 type=internal \
		external_ids:iface-id=ls1-vm5
	plug_internal
	settled
}

reaches() { # GUEST ADDRESS
	on "$1" ping -q -c 1 -W 1 "$2"
}

start() { # NAME WHERE COMMAND...
	local name=$1 where=$2 pid
	shift 2
	spawn pid "$where" "$@" >"$DIR/$name"
	PID[$name]=$pid
	until_true 20 grep -q ready "$DIR/$name"
}

traffic_start() {
	local s name from to port
	for s in $STREAMS; do
		IFS=: read -r name from to port _ <<<"$s"
		start "recv.$name" "$to" "$TOOLS/udpseq" recv "$port"
		start "send.$name" "$from" "$TOOLS/udpseq" send "${VM_IP[$to]}" \
			"$port" "$RATE"
	done
	sleep 2
}

# traffic_end HOST WHAT: counts what passes the host, and prints it; others is
# what was lost between other hosts, of others_sent.
traffic_end() {
	local s name path sent got lost gap double part through=0 all=0
	local longest=0 doubles=0
	sleep 2
	others=0 others_sent=0
	for s in $STREAMS; do
		IFS=: read -r name _ _ _ path <<<"$s"
		for part in send recv; do
			kill "${PID[$part.$name]}"
			wait "${PID[$part.$name]}"
			sleep 0.3
		done
		sent=$(sed -n 's/^sent //p' "$DIR/send.$name")
		read -r got double gap < <(sed -n \
			's/^received \([0-9]*\),.*duplicate \([0-9]*\), gap \([0-9]*\) .*/\1 \2 \3/p' \
			"$DIR/recv.$name")
		lost=$((sent - got))
		echo "# $2: $name ($path) lost $lost of $sent, longest gap $gap ms, $double twice"
		if [[ +$path+ != *+$1+* ]]; then
			others=$((others + lost))
			others_sent=$((others_sent + sent))
			continue
		fi
		through=$((through + lost))
		all=$((all + sent))
		doubles=$((doubles + double))
		[ "$gap" -le "$longest" ] || longest=$gap
	done
	at_least "$2: packets sent; $through lost, longest gap $longest ms, $doubles twice" \
		"$((RATE * 3))" "$all"
}

# vswitchd_end HOST: openvswitch.ko goes on with the flows that it has until
# its datapath is deleted; of the userspace datapath only dead taps would stay.
vswitchd_end() {
	if [ "$DATAPATH" = system ]; then
		appctl "$1" ovs-vswitchd exit
	else
		appctl "$1" ovs-vswitchd exit --cleanup
	fi
	wait "${LIVE_PID[$1/ovs-vswitchd]}"
}

controller_end() {
	# keeps the chassis and its ports in the Southbound database
	appctl "$1" ovn-controller exit --restart
	wait "${LIVE_PID[$1/ovn-controller]}"
}

# ---- doc/migrate.md, step by step ----

to_xovn() { # HOST
	# what can be done beforehand: programs verified, maps filled
	xovn "$1" load --nb "tcp:${NODE_IP[$CENTRAL]}:6641" \
		--sb "tcp:${NODE_IP[$CENTRAL]}:6642" \
		--chassis "${SYSTEM_ID[$1]}" || return
	# the agent waits for the lock that ovs-vswitchd holds
	agent_start "$1"
	until_true 20 grep -q 'lock ovs_vswitchd' "$DIR/$1/agent.log"
	controller_end "$1"
	vswitchd_end "$1"
	# the userspace datapath had it on a bridge
	[ "$DATAPATH" = system ] ||
		on "$1" ip addr replace "${NODE_IP[$1]}/19" dev ens3
	settled || return
	[ "$DATAPATH" != system ] ||
		host "$1" "$STOCK/root/usr/bin/ovs-dpctl" del-dp system@ovs-system
}

to_stock() { # HOST
	daemon_end "$1" agent
	xovn "$1" detach --all
	vswitchd_start "$1"
	underlay_up "$1"
	controller_start "$1"
}

restart() { # HOST: as a package's upgrade does it
	controller_end "$1"
	vswitchd_end "$1"
	vswitchd_start "$1"
	underlay_up "$1"
	controller_start "$1"
}

# works WHAT: from everywhere to everywhere
works() {
	local a b bad=
	check "$1: every host has what NB says" settled
	for a in vm1 vm2 vm3 vm4; do
		for b in vm1 vm2 vm3 vm4 ext; do
			[ "$a" = "$b" ] || until_true 20 reaches "$a" "${VM_IP[$b]}" ||
				bad+=" $a-$b"
		done
	done
	expect "$1: each guest reaches each, and outside" "" "$bad"
}

# moved HOST HOW WHAT
moved() {
	local node=$1
	traffic_start
	$2 "$node" >"$DIR/moved.log" 2>&1 || fail "$3" "$(cat "$DIR/moved.log")"
	check "$3: ovn-nbctl --wait=hv" settled
	traffic_end "$node" "$3"
	if [ "$2" = restart ]; then
		BASE_LOST[$node]=$others
	else
		# one of a thousand: a processor that the userspace datapath waits for
		at_most "$3: others lose no more than by a stock host's restart" \
			$((BASE_LOST[$node] + others_sent / 1000)) "$others"
	fi
	works "$3"
	[ "$node" != node2 ] || internal "$3"
}

# internal WHAT: vm5's interface; of the userspace datapath and of xovn it is
# made anew, in the host's namespace.
internal() {
	if ! on vm5 ip link show vm5 >/dev/null 2>&1; then
		echo "# $1: vm5's internal port was taken away"
		until_true 10 on node2 ip link show vm5
		check "$1: it is the host's again, to be plugged" plug_internal
	fi
	check "$1: a guest with an internal port" \
		until_true 20 reaches vm5 "${VM_IP[vm2]}"
}

at_most() { # NAME MOST NUMBER
	if [ "$3" -le "$2" ]; then
		pass "$1 ($3)"
	else
		fail "$1" "lost $3, at most $2"
	fi
}

net_init
live_up
network_up
echo "# datapath of the stock hosts: $DATAPATH"
works "stock"
for node in $HOSTS; do
	moved "$node" restart "$node, stock daemons restarted"
done
for node in $HOSTS; do
	moved "$node" to_xovn "$node, stock to xovn"
done
for node in $HOSTS; do
	moved "$node" to_stock "$node, xovn to stock"
	expect "$node: nothing of xovn is left" "" "$(find "$PINS/$node" -mindepth 1 2>/dev/null
		on "$node" bpftool net show | grep -i xovn)"
done
[ "$failures" = 0 ] || live_logs
finish
