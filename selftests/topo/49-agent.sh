#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The life of an agent: restarts while servers and the lock are away, and
# what changes under it: claims, chassis, names, addresses, keys.  Two hosts,
# guests a on node1, b and c on node2; node3 takes no part.
# shellcheck source=selftests/topo/live.sh
. "$(dirname "$0")/live.sh"

ID1=${SYSTEM_ID[node1]}
ID2=${SYSTEM_ID[node2]}

# guest NODE INTERFACE LSP ADDRESS MAC: as the tutorial makes one
guest() {
	vsctl "$1" --may-exist add-br br-int -- --may-exist add-port br-int "$2" \
		-- set Interface "$2" type=internal "mac=\"$5\"" \
		external_ids:iface-id="$3"
	[ -e "/run/netns/$NET-$2" ] || ns_add "$2"
	ip -n "$NET-$1" link set "$2" netns "$NET-$2"
	on "$2" ip link set "$2" up mtu 1400
	on "$2" ip addr add "$4/24" dev "$2"
	on "$2" ip route add default via "${4%.*}.1"
}

# is_at LSP: hostname of the chassis that has the port
is_at() {
	local row
	row=$(sbctl --bare --columns=chassis find Port_Binding logical_port="$1")
	[ -z "$row" ] || sbctl get Chassis "$row" hostname
}

# shellcheck disable=SC2317 # until_true calls it
at_is() { # LSP HOSTNAME
	[ "$(is_at "$1")" = "$2" ]
}

# shellcheck disable=SC2317
chassis_is() { # UUID-OTHER-THAN
	local now
	now=$(sbctl --bare --columns=_uuid find Chassis name="$ID2")
	[ -n "$now" ] && [ "$now" != "$1" ]
}

# shellcheck disable=SC2317
agent_says() { # NODE PATTERN
	grep -q "$2" "$DIR/$1/agent.log"
}

# few NAME MOST: what the ping lost since ping_start
few() {
	local lost
	lost=$(ping_lost)
	if [ "${lost%% *}" -le "$2" ]; then
		pass "$1 (lost $lost)"
	else
		fail "$1" "lost $lost, at most $2 may be"
	fi
}

# shellcheck disable=SC2317
reaches() { # GUEST ADDRESS
	on "$1" ping -q -c 3 -i 0.2 -W 1 "$2"
}

sets() { # HOST KEY=VALUE...
	local host=$1 pair args=()
	shift
	for pair; do
		args+=("external_ids:$pair")
	done
	vsctl "$host" set Open_vSwitch . "${args[@]}"
}

up() {
	local node
	nbctl set-connection ptcp:6641:0.0.0.0
	sbctl set-connection ptcp:6642:0.0.0.0
	for node in node1 node2; do
		sets "$node" ovn-remote="tcp:${NODE_IP[node1]}:6642" \
			ovn-encap-type=geneve ovn-encap-ip="${NODE_IP[$node]}"
	done
	nbctl ls-add ls1 -- ls-add ls2 -- lr-add lr -- \
		lrp-add lr lr-ls1 02:00:00:00:10:01 10.1.0.1/24 -- \
		lrp-add lr lr-ls2 02:00:00:00:10:02 10.2.0.1/24
	for node in 1 2; do
		nbctl lsp-add ls$node ls$node-lr -- lsp-set-type ls$node-lr router -- \
			lsp-set-addresses ls$node-lr router -- \
			lsp-set-options ls$node-lr router-port=lr-ls$node
	done
	nbctl lsp-add ls1 a -- lsp-set-addresses a "02:00:00:00:00:11 10.1.0.11" -- \
		lsp-add ls1 b -- lsp-set-addresses b "02:00:00:00:00:12 10.1.0.12" -- \
		lsp-add ls2 c -- lsp-set-addresses c "02:00:00:00:00:13 10.2.0.13"
	guest node1 ga a 10.1.0.11 02:00:00:00:00:11
	guest node2 gb b 10.1.0.12 02:00:00:00:00:12
	settled
}

writes() { # records in node2's conf.db
	host node2 ovsdb-tool show-log "$DIR/node2/conf.db" | grep -c '^record'
}

idle() {
	local before
	settled
	sleep 1
	before=$(writes)
	sleep 6
	# statistics come every 5 s
	expect "an idle agent writes statistics only" "[0-4]" \
		$(($(writes) - before))
}

# capabilities(7): bpf, perfmon, net_raw, net_admin, dac_override
privileges() {
	local pid
	pid=$(cat "$DIR/node2/agent.pid")
	expect "an agent of root keeps what it needs, for good" \
		"000000c000003002 000000c000003002 1" "$(awk '
			/^CapPrm|^CapBnd|^NoNewPrivs/ { print $2 }
		' "/proc/$pid/status" | xargs)"
}

# ---- restarts: what is attached stays whatever is missing ----
restarts() {
	ping_start gb 10.1.0.11
	daemon_end node2 agent
	agent_start node2
	settled
	daemon_end node2 agent KILL
	agent_start node2
	settled
	expect "stopped and killed" "0 of many" "$(ping_lost)"

	ping_start gb 10.1.0.11
	daemon_end node2 agent KILL
	daemon node2 locker ovsdb-client -v lock "unix:$DIR/node2/db.sock" ovs_vswitchd
	until_true 10 grep -q '"locked":true' "$DIR/node2/locker.log"
	: >"$DIR/node2/agent.log"
	agent_start node2
	check "another has the lock" until_true 20 agent_says node2 "holds the lock"
	expect "nothing is detached for that" "0 of many" "$(ping_lost)"
	daemon_end node2 locker
	check "the lock is ours" until_true 20 agent_says node2 "is ours now"
	check "and so is the host" settled

	ping_start gb 10.1.0.11
	daemon_end node2 agent KILL
	daemon_end node2 ovsdb-server
	agent_start node2
	sleep 2
	confdb_start node2
	check "conf.db's server comes later" settled
	daemon_end node2 agent KILL
	daemon_end node1 sb-server
	daemon_end node1 nb-server
	agent_start node2
	sleep 2
	central_db_start nb
	central_db_start sb
	check "NB and SB come later" settled
	expect "no server, no packet lost" "0 of many" "$(ping_lost)"
}

# ---- ports ----
ports() {
	local i bad=
	ping_start gb 10.1.0.11
	guest node2 gc c 10.2.0.13 02:00:00:00:00:13
	settled
	check "a port of another switch" reaches gc 10.1.0.12
	vsctl node2 del-port gc
	settled
	guest node2 gc c 10.2.0.13 02:00:00:00:00:13
	settled
	check "again" reaches gc 10.1.0.12
	expect "others do not notice" "0 of many" "$(ping_lost)"
	for i in 1 2 3 4 5; do
		nbctl --wait=hv lsp-del c
		nbctl --wait=hv lsp-add ls2 c -- \
			lsp-set-addresses c "02:00:00:00:00:13 10.2.0.13"
		bpftool -j map dump pinned "$PINS/node2/vif" |
			jq -e 'any(.[].formatted.value; .name == "c" and .datapath > 0)' \
				>/dev/null || bad+=" $i"
	done
	expect "--wait=hv waits until the port is in the maps" "" "$bad"

	ping_start gb 10.1.0.11
	vsctl node2 --no-wait add-port br-int dup -- \
		set Interface dup type=internal external_ids:iface-id=b
	until_true 20 has_error node2 dup
	sleep 2
	expect "a second interface of a port gets an error" "*that of port gb already*" \
		"$(vsctl node2 get Interface dup error)"
	settled
	vsctl node2 del-port dup
	expect "and takes nothing from the first" "0 of many" "$(ping_lost)"

	nbctl --wait=hv lsp-set-options b requested-chassis=node1
	check "requested elsewhere: released" until_true 10 at_is b ""
	nbctl --wait=hv lsp-set-options b
	check "and back" until_true 10 reaches gb 10.1.0.11
	nbctl --wait=hv lsp-del b
	nbctl --wait=hv lsp-add ls1 b -- \
		lsp-set-addresses b "02:00:00:00:00:12 10.1.0.12"
	check "deleted and added again" until_true 10 reaches gb 10.1.0.11

	daemon_end node1 sb-server
	vsctl node2 del-port gc
	central_db_start sb
	check "del-port without SB: released later" until_true 20 at_is c ""
}

# ---- the chassis ----
chassis() {
	local old
	# its packets are ours: only the other host forgets where we are
	ping_start gb 10.1.0.1
	old=$(sbctl --bare --columns=_uuid find Chassis name="$ID2")
	sbctl chassis-del "$ID2"
	check "chassis-del: registered again" until_true 10 chassis_is "$old"
	check "with its port" until_true 10 at_is b node2
	settled
	expect "guests do not notice" "0 of many" "$(ping_lost)"

	ping_start gb 10.1.0.1
	sets node2 system-id=other
	check "system-id changes while it runs" nbctl --timeout=20 --wait=hv sync
	expect "in SB" "$(printf '%s\n' "$ID1" other | sort)" \
		"$(sbctl --bare --columns=name list Chassis | sed '/^$/d' | sort)"
	check "in the maps" until_true 10 reaches gb 10.1.0.11
	sets node2 system-id="$ID2"
	check "and back" nbctl --timeout=20 --wait=hv sync
	few "hardly a packet lost" 20

	on node2 ip addr add "${NODE_IP[node2]%.*}.222/19" dev ens3
	sets node2 ovn-encap-ip="${NODE_IP[node2]%.*}.222"
	settled
	check "another encap IP" until_true 10 reaches gb 10.1.0.11
	expect "in SB" "${NODE_IP[node2]%.*}.222" \
		"$(sbctl --bare --columns=ip find Encap chassis_name="$ID2")"
	sets node2 ovn-encap-ip="${NODE_IP[node2]}"
	settled
	check "the first again" until_true 10 reaches gb 10.1.0.11
	on node2 ip addr del "${NODE_IP[node2]%.*}.222/19" dev ens3

	nbctl --wait=hv set Logical_Switch ls1 other_config:requested-tnl-key=50
	check "another tunnel key" until_true 10 reaches gb 10.1.0.11

	ping_start gb 10.1.0.11
	sets node2 ovn-remote="tcp:${NODE_IP[node1]}:6699"
	sleep 1
	vsctl node2 remove Open_vSwitch . external_ids ovn-remote
	sleep 1
	expect "no SB: forwards" "0 of many" "$(ping_lost)"
	sets node2 ovn-remote="tcp:${NODE_IP[node1]}:6642"
	check "SB again" settled
}

# ---- a gateway router ----
gateway() {
	local id
	nbctl --wait=hv lr-add gw -- set Logical_Router gw options:chassis="$ID1" \
		-- lrp-add gw gw-ls1 02:00:00:00:20:01 10.1.0.2/24 \
		-- lsp-add ls1 ls1-gw -- lsp-set-type ls1-gw router \
		-- lsp-set-addresses ls1-gw router \
		-- lsp-set-options ls1-gw router-port=gw-ls1
	for id in "$ID1" "$ID2" "$ID1"; do
		nbctl --wait=hv set Logical_Router gw options:chassis="$id"
		check "gateway on ${id%%-*}" until_true 10 reaches gb 10.1.0.2
		check "from the other host" until_true 10 reaches ga 10.1.0.2
	done
}

# ---- leaving ----
leaves() {
	local kernel
	daemon_end node2 agent
	daemon node2 agent "$XOVN" --pin "$PINS/node2" agent \
		--db "unix:$DIR/node2/db.sock" --release
	settled
	daemon_end node2 agent
	expect "--release: no chassis" "$ID1" \
		"$(sbctl --bare --columns=name list Chassis | sed '/^$/d')"
	expect "no port" "" "$(is_at b)"
	agent_start node2
	settled
	check "comes back" until_true 10 reaches gb 10.1.0.11

	kernel=$(in_kernel node2)
	daemon_end node2 agent
	expect "the bridge's own port stays without its agent" "br-int@*" \
		"$(on node2 ip -br link show br-int)"
	check "detach --all" xovn node2 detach --all
	expect "I11 nothing is left" "" "$(left node2 "$before" "$kernel")"
	agent_start node2
	settled
	guest node2 gb b 10.1.0.12 02:00:00:00:00:12
	check "comes back from nothing" until_true 10 reaches gb 10.1.0.11
}

net_init
eval "$(declare -f host_start | sed '1s/host_start/host_begin/')"
host_start() { # as live_up calls it
	[ "$1" != node2 ] || before=$(footprint node2)
	host_begin "$1"
}
live_up
up
check "the network" until_true 10 reaches gb 10.1.0.11
idle
privileges
restarts
ports
chassis
gateway
leaves
[ "$failures" = 0 ] || live_logs
finish
