#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An agent that is killed at the calls by which it changes something, to which
# the kernel refuses them, and whose interfaces vanish, come back, are renamed
# or moved: others go on, and it does by itself what is to be done, one line
# in its log for each cause.  Guests a on node1, b and d on node2; d's
# interface is no internal port but a veth of the test's.
# shellcheck source=selftests/topo/live.sh
. "$(dirname "$0")/live.sh"

MOST=${MOST:-8} # places

# veth_guest: d's end on the host and the guest's
veth_guest() {
	cable node2 vd gd eth0 1400
	on gd sh -ec '
		ip link set eth0 address 02:00:00:00:00:14 up
		ip addr add 10.1.0.14/24 dev eth0
		ip route add default via 10.1.0.1'
}

guest() { # NODE NAME LSP ADDRESS MAC
	vsctl "$1" --may-exist add-br br-int -- --may-exist add-port br-int "$2" \
		-- set Interface "$2" type=internal "mac=\"$5\"" \
		external_ids:iface-id="$3"
	ns_add "$2"
	guest_up "$1" "$2" "$4"
}

guest_up() { # NODE NAME ADDRESS
	ip -n "$NET-$1" link set "$2" netns "$NET-$2"
	on "$2" ip link set "$2" up mtu 1400
	on "$2" ip addr add "$3/24" dev "$2"
	on "$2" ip route add default via "${3%.*}.1"
}

network_up() {
	local node
	nbctl set-connection ptcp:6641:0.0.0.0
	sbctl set-connection ptcp:6642:0.0.0.0
	for node in node1 node2; do
		vsctl "$node" set Open_vSwitch . \
			external_ids:ovn-remote="tcp:${NODE_IP[node1]}:6642" \
			external_ids:ovn-encap-type=geneve \
			external_ids:ovn-encap-ip="${NODE_IP[$node]}"
	done
	nbctl ls-add ls1 -- lr-add lr -- \
		lrp-add lr lr-ls1 02:00:00:00:10:01 10.1.0.1/24 -- \
		lsp-add ls1 ls1-lr -- lsp-set-type ls1-lr router -- \
		lsp-set-addresses ls1-lr router -- \
		lsp-set-options ls1-lr router-port=lr-ls1 -- \
		lsp-add ls1 a -- lsp-set-addresses a "02:00:00:00:00:11 10.1.0.11" -- \
		lsp-add ls1 b -- lsp-set-addresses b "02:00:00:00:00:12 10.1.0.12" -- \
		lsp-add ls1 d -- lsp-set-addresses d "02:00:00:00:00:14 10.1.0.14"
	guest node1 ga a 10.1.0.11 02:00:00:00:00:11
	guest node2 gb b 10.1.0.12 02:00:00:00:00:12
	ns_add gd
	veth_guest
	vsctl node2 add-port br-int vd -- set Interface vd external_ids:iface-id=d
	settled
}

reaches() { # GUEST ADDRESS
	until_true "${3:-20}" on "$1" ping -q -c 1 -W 1 "$2"
}

# agent_injected [options of inject]: node2's
agent_injected() {
	rm -f "$DIR/node2/agent.pid"
	daemon node2 agent "$TOOLS/inject" "$@" "$XOVN" --pin "$PINS/node2" agent \
		--db "unix:$DIR/node2/db.sock" --pidfile "$DIR/node2/agent.pid"
	until_true 20 test -s "$DIR/node2/agent.pid"
}

# agent_ended [SIGNAL]: it, and inject behind it
agent_ended() {
	[ -z "${1:-}" ] || kill "-$1" "$(cat "$DIR/node2/agent.pid")" 2>/dev/null
	wait "${LIVE_PID[node2/agent]}" 2>/dev/null
	unset "LIVE_PID[node2/agent]"
}

# change: to the network, one way and back
changes=0
change() {
	changes=$((changes + 1))
	if [ $((changes % 2)) = 1 ]; then
		nbctl lrp-add lr lr-new 02:00:00:00:20:01 10.9.0.1/24 -- \
			lsp-add ls1 e -- lsp-set-addresses e "02:00:00:00:00:15 10.1.0.15"
		WANTED=1
	else
		nbctl lrp-del lr-new -- lsp-del e
		WANTED=0
	fi
}

# is_made: the maps have the change, whole
is_made() {
	reaches gb 10.1.0.11 &&
		[ "$(xovn node2 show --json | jq '[.switches[].ports[] | select(.name == "e")] |
			length')" = "$WANTED" ] &&
		until_true 10 has_router_port
}

# shellcheck disable=SC2317 # until_true calls it
has_router_port() {
	on gb ping -q -c 1 -W 1 10.9.0.1
	[ $? = $((1 - WANTED)) ]
}

# calls_of_a_change: sets $DIR/calls
calls_of_a_change() {
	agent_injected -l "$DIR/calls" -b "$DIR/now" -m 'bpf*'
	settled
	touch "$DIR/now"
	change
	settled
	agent_ended TERM
	rm "$DIR/now"
}

kills() {
	local n bad=() killed=0
	for n in $(places "$DIR/calls" "$MOST"); do
		agent_injected -l "$DIR/shot" -b "$DIR/now" -m 'bpf*' -n "$n"
		settled
		touch "$DIR/now"
		change
		# what comes in fewer pieces this time has no such call
		if until_true 20 ended "${LIVE_PID[node2/agent]}"; then
			agent_ended
		else
			agent_ended KILL
		fi
		rm "$DIR/now"
		grep -q HIT "$DIR/shot" && killed=$((killed + 1))
		reaches gb 10.1.0.11 || bad+=("$n: does not forward")
		agent_start node2
		settled || bad+=("$n: no answer to --wait=hv")
		is_made || bad+=("$n: change not made")
		daemon_end node2 agent
	done
	expect "I8 an agent killed at $killed of $(wc -l <"$DIR/calls") calls of a change" \
		"" "${bad[*]}"
	at_least "killed" 3 $killed
}

# one call is refused, then the very next try is not
refusals() {
	local n e bad=() list=(ENOMEM E2BIG EBUSY EPERM) refused=0 lines
	for n in $(places "$DIR/calls" "$MOST"); do
		e=${list[n % 4]}
		: >"$DIR/node2/agent.log"
		agent_injected -l "$DIR/shot" -b "$DIR/now" -m 'bpf*' -n "$n" -e "$e"
		settled
		touch "$DIR/now"
		: >"$DIR/node2/agent.log"
		change
		settled || bad+=("$n: no answer to --wait=hv")
		is_made || bad+=("$n $e: change not made")
		grep -q HIT "$DIR/shot" && refused=$((refused + 1))
		lines=$(grep -vc ' warning: ' "$DIR/node2/agent.log")
		[ "$lines" -le 1 ] || bad+=("$n $e: $lines lines: $(cat "$DIR/node2/agent.log")")
		agent_ended TERM
		rm "$DIR/now"
	done
	expect "I8 an agent recovers from $refused refusals by itself" "" "${bad[*]}"
	at_least "refused" 3 $refused

	# and for as long as it lasts; the change is to be one that adds
	if [ $((changes % 2)) = 1 ]; then
		agent_start node2
		change
		settled
		daemon_end node2 agent
	fi
	agent_injected -b "$DIR/now" -m 'bpf map_update port' -n 1 -e ENOMEM -a
	settled
	touch "$DIR/now"
	: >"$DIR/node2/agent.log"
	change
	until_true 20 grep -q 'Cannot allocate memory' "$DIR/node2/agent.log"
	sleep 3
	expect "a refusal that lasts is one line" 1 \
		"$(grep -c 'Cannot allocate memory' "$DIR/node2/agent.log")"
	expect "with nothing changed" "*nothing was changed*" "$(cat "$DIR/node2/agent.log")"
	check "and forwards" reaches gb 10.1.0.11
	rm "$DIR/now"
	settled
	check "and is made once it is over" is_made
	agent_ended TERM
}

# first_network [options of inject]: an agent where there is nothing, guests
# neither until the network is there.  Prints what is wrong.
first_network() {
	vsctl node2 --no-wait remove Interface gb external_ids iface-id -- \
		remove Interface vd external_ids iface-id
	xovn node2 detach --all >/dev/null || echo "detach --all fails"
	touch "$DIR/now"
	agent_injected -b "$DIR/now" -m 'bpf map_update*' "$@"
	settled || echo "no answer to --wait=hv"
	vsctl node2 set Interface gb external_ids:iface-id=b -- \
		set Interface vd external_ids:iface-id=d
	until_true 20 on node2 ip link show gb
	guest_up node2 gb 10.1.0.12
	reaches gb 10.1.0.11 || echo "does not forward"
	agent_ended TERM
	rm "$DIR/now"
}

# its first network is refused once
first_networks() {
	local n e list=(ENOMEM E2BIG EBUSY EPERM) refused=0
	first_network -l "$DIR/calls" >"$DIR/bad"
	for n in $(places "$DIR/calls" "$MOST"); do
		e=${list[n % 4]}
		first_network -l "$DIR/shot" -n "$n" -e "$e" >"$DIR/said"
		sed "s/^/$n $e: /" "$DIR/said" >>"$DIR/bad"
		grep -q HIT "$DIR/shot" && refused=$((refused + 1))
	done
	expect "I8 an agent's first network comes after each of $refused refusals" \
		"" "$(cat "$DIR/bad")"
	at_least "refused" 3 $refused
}

interfaces() {
	agent_start node2
	settled
	check "a veth of the host's" reaches gd 10.1.0.11
	ping_start gb 10.1.0.11
	on node2 ip link del vd
	sleep 1
	veth_guest
	check "deleted and made again" reaches gd 10.1.0.11
	on node2 sh -c 'ip link del vd'
	veth_guest
	check "deleted and made again at once" reaches gd 10.1.0.11
	on node2 sh -c 'ip link set vd down; ip link set vd name other; ip link set other up'
	expect "renamed: conf.db says so" "*vd*" "$(
		until_true 10 has_error node2 vd
		vsctl node2 get Interface vd error)"
	on node2 sh -c 'ip link set other down; ip link set other name vd; ip link set vd up'
	check "and back" reaches gd 10.1.0.11
	ns_add limbo
	on node2 ip link set vd netns "$NET-limbo"
	sleep 1
	expect "moved away" "0/2" "$(pings gd 10.1.0.11 -c 2)"
	on limbo ip link set vd netns "$NET-node2"
	on node2 ip link set vd up
	check "and back" reaches gd 10.1.0.11
	ip netns del "$NET-limbo"
	on node2 ip link set vd mtu 1200
	on node2 ip link set vd mtu 1400
	check "MTU changed" reaches gd 10.1.0.11
	expect "others do not notice" "0 of many" "$(ping_lost)"
}

underlay() {
	on node2 ip link set ens3 down
	on node2 ip link set ens3 up
	check "underlay down and up" reaches gb 10.1.0.11
	on node2 ip link set ens3 mtu 1400
	check "underlay's MTU down: senders are told" until_true 20 told
	on node2 ip link set ens3 mtu "$UNDERLAY_MTU"
	on gb ip route flush cache
	check "underlay's MTU up" until_true 20 fits
	on node2 ip link del ens3
	sleep 1
	expect "underlay deleted: local" "2/2*" "$(pings gb 10.1.0.14 -c 2)"
	wire_port node2 ens3 p2
	on node2 ip addr add "${NODE_IP[node2]}/19" dev ens3
	port_forwards p2
	check "underlay made again" reaches gb 10.1.0.11
}

# shellcheck disable=SC2317
told() {
	on gb ping -n -M "do" -c 2 -i 0.2 -W 1 -s 1372 10.1.0.11 2>&1 | grep -q 1342
}

# shellcheck disable=SC2317
fits() {
	on gb ping -q -M "do" -c 1 -W 1 -s 1372 10.1.0.11
}

net_init
live_up
network_up
check "the network" reaches gb 10.1.0.11
daemon_end node2 agent
interfaces
underlay
daemon_end node2 agent
check "all that it has made goes" xovn node2 detach --all
expect "and its pairs" "" "$(on gb ip -o link show gb 2>/dev/null)"
pristine node2
agent_start node2
check "and is made again" until_true 10 on node2 ip link show gb
guest_up node2 gb 10.1.0.12
check "and forwards" reaches gb 10.1.0.11
daemon_end node2 agent
calls_of_a_change
kills
refusals
first_networks
gone node2
[ "$failures" = 0 ] || live_logs
finish
