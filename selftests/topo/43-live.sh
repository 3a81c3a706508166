#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A directory that an agent keeps up to date: others are refused while it
# runs, it adopts what is there, and interfaces may go and come back.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"

export to from
agent_pid=

# agent NODE: livetool there, spoken to with tell; its first line in $reply
agent() {
	to=$DIR/to from=$DIR/from
	mkfifo "$to"
	: >"$from"
	exec 9<>"$DIR/to"
	# a command in the background reads from what it opens itself
	# shellcheck disable=SC2016 # expands in the other shell
	spawn agent_pid "$1" sh -c 'exec "$0" "$@" <"$to" >"$from" 9>&-' \
		"$TOOLS/livetool" "$PINS/$1" "$1" "$PLACEMENT"
	until_true 10 test -s "$DIR/from"
	rm "$DIR/to"
	reply=$(tail -n 1 "$DIR/from")
}
agent_kill() { # SIGNAL
	exec 9>&-
	kill "-$1" "$agent_pid"
	wait "$agent_pid" 2>/dev/null
}
tell() {
	local n
	n=$(wc -l <"$DIR/from")
	echo "$*" >&9
	# shellcheck disable=SC2016 # expands in the other shell
	until_true 30 sh -c '[ $(wc -l <"$1") -gt $2 ]' sh "$DIR/from" "$n"
	tail -n 1 "$DIR/from"
}
entry() { # NODE MAP FIELD: of all entries
	bpftool -j map dump pinned "$PINS/$1/$2" | jq -c "[.[].formatted.value.$3]"
}

MODE=tc
net_init
net_up
NB=$DATA/snat-router-lb/nb.db
check "load, attach and bind on two hosts" xovn_up node1 node3
node=$PINS/node2

agent node2
expect "an agent opens a directory that is not there" open "$reply"
expect "before the first network: programs for VIFs" "ifindex *" "$(tell vif vm1 ls1-vm1)"
expect "an underlay needs one" "error: *" "$(tell underlay ens3)"
expect "first network" "writes *" "$(tell apply "$NB")"
expect "underlay" set "$(tell underlay ens3)"
expect "a VIF that came later" "ifindex *" "$(tell vif vm4 ls2-vm4)"
expect "is bound by the next apply" "writes *" "$(tell apply "$NB")"
expect "nothing to do" "writes 0" "$(tell apply "$NB")"
check "forwards to node3" until_true 10 on vm1 ping -q -c 1 -W 1 "${VM_IP[vm3]}"
expect "and from there" "3/3 ttl=63" "$(pings vm3 "${VM_IP[vm1]}" -c 3)"
expect "and out of the gateway" "[123]/3 ttl=62" "$(pings vm1 "$EXT" -c 3)"

# the guard
busy="*$node: xovn agent (pid $agent_pid) runs on it; change the databases, or stop it"
refused "load is refused" "$busy" \
	xovn node2 load --nb "$NB" --chassis node2 --placement "$PLACEMENT"
refused "attach is refused" "$busy" xovn node2 attach ens3 --underlay
refused "bind is refused" "$busy" xovn node2 bind vm1 ls1-vm1
refused "unbind is refused" "$busy" xovn node2 unbind vm1
refused "detach is refused" "$busy" xovn node2 detach ens3
refused "detach --all is refused" "$busy" xovn node2 detach --all
expect "a second agent is refused" "error: ${busy#\*}" \
	"$(on node2 "$TOOLS/livetool" "$node" node2 "$PLACEMENT" </dev/null)"
check "show works" xovn node2 show
check "stats works" xovn node2 stats
check "ct list works" xovn node2 ct list
check "ct flush works" xovn node2 ct flush
check "monitor works" xovn node2 monitor --duration 1
expect "another host of this machine goes on" "*added*" \
	"$(xovn node1 load --nb "$NB" --chassis node1 --placement "$PLACEMENT" 2>&1)"

# death and adoption
ping_start vm1 "${VM_IP[vm3]}"
agent_kill 9
check "after kill -9 load works" xovn node2 load --nb "$NB" --chassis node2 \
	--placement "$PLACEMENT"
agent node2
expect "an agent adopts VIFs" "vifs 2 vm*=ls* vm*=ls*" "$(tell vifs)"
expect "attaching again changes nothing" "ifindex $(on node2 cat /sys/class/net/vm1/ifindex)" \
	"$(tell vif vm1 ls1-vm1)"
expect "so does the underlay" set "$(tell underlay ens3)"
tell vifs >/dev/null
expect "so does the network" "writes 0" "$(tell apply "$NB")"
expect "all that without a packet lost" "0 of many" "$(ping_lost)"

# a part of the network
nb_server "$NB"
nb -- lsp-add ls1 extra -- lsp-set-addresses extra "02:ee:00:00:00:01 172.18.100.77" \
	-- lsp-set-addresses ls1-vm2 "${VM_MAC[vm2]} 172.18.100.21"
cp "$DIR/private.db" "$DIR/more.db"
expect "a part of it: more" "writes [1-9]*" "$(tell part "$DIR/more.db")"
expect "all of it has nothing to add" "writes 0" "$(tell apply "$DIR/more.db")"
expect "a part of it: less" "writes [1-9]*" "$(tell part "$NB")"
expect "nothing of it" "writes 0" "$(tell part "$NB")"
generation() { bpftool -j map dump pinned "$node/config" | jq '.[0].formatted.value.generation'; }
even=$(generation)
expect "what changed voids what was decided" 0 $((even % 2))
# datapath and port are anybody's
expect "a neighbor more voids nothing" "generation +0" \
	"$(tell neighbor 9000 1 192.0.2.1 02:00:00:00:00:01)"
expect "as the kernel sees it" "$even" "$(generation)"
expect "another MAC does" "generation +2" \
	"$(tell neighbor 9000 1 192.0.2.1 02:00:00:00:00:02)"
# vm3's: another host hears what vm3 says of itself
read -r dp port ip < <(bpftool -j map dump pinned "$node/learned" |
	jq -r --arg ip "${VM_IP[vm3]}" '.[].formatted.key | "\(.datapath) \(.port) \(.ip[:4] |
		map(tostring) | join("."))" | select(endswith(" " + $ip))')
expect "one that was learned otherwise does" "generation +2" \
	"$(tell neighbor "$dp" "$port" "$ip" 02:00:00:00:00:03)"
learned() { # of the address: how many
	bpftool -j map dump pinned "$node/learned" | jq --arg ip "$ip" '[.[].formatted.key.ip[:4] |
		map(tostring) | join(".") | select(. == $ip)] | length'
}
expect "and is forgotten: back there it would be no news" 0 "$(learned)"
agent_kill 9
agent node2
tell vifs >/dev/null
expect "who reads the maps finds the part, and the neighbor too much" "writes [12]" \
	"$(tell apply "$NB")"

# a VIF goes
expect "detach a VIF" gone "$(tell unvif vm1)"
expect "nothing of it stays: vif" '\["ls2-vm4"]' "$(entry node2 vif name)"
expect "nothing of it stays: pins" "$node/link_vm4_vif" \
	"$(find "$node" -name 'link_vm*')"
expect "its port is bound nowhere" "0/1*" "$(pings vm3 "${VM_IP[vm1]}" -c 1 -W 1)"
expect "it comes back" "ifindex *" "$(tell vif vm1 ls1-vm1)"
expect "and is bound" "writes [1-9]*" "$(tell apply "$NB")"
expect "and forwards" "[123]/3 ttl=63" "$(pings vm1 "${VM_IP[vm3]}" -c 3)"
# its interface is deleted, another gets the number
index=$(on node2 cat /sys/class/net/vm1/ifindex)
on node2 ip link del vm1
on node2 ip link add vm9 index "$index" type veth peer name vm9p
on node2 ip link set vm9 up
on node2 ip link set vm9p up
expect "another interface of the same number is not the port" "ifindex $index" \
	"$(tell vif vm9 no-such-port)"
expect "nothing of the old one stays: vif" '\["ls2-vm4"]' "$(entry node2 vif name)"
expect "nothing of the old one stays: attachment" '\["ens3","vm4","vm9"]' \
	"$(entry node2 attachment ifname | jq -c sort)"
on node2 ip link del vm9
expect "detach of a deleted interface" gone "$(tell unvif vm9)"
expect "leaves nothing" '\["ens3","vm4"]' \
	"$(entry node2 attachment ifname | jq -c sort)"

# the underlay goes and comes back
on node2 ip link del ens3
expect "an underlay that is not there" "error: ens3: no such interface*" \
	"$(tell underlay ens3)"
expect "nothing of it stays" '\["vm4"]' "$(entry node2 attachment ifname)"
wire_port node2 ens3 p2
on node2 ip addr add "${NODE_IP[node2]}/19" dev ens3
port_forwards p2
expect "it came back" set "$(tell underlay ens3)"
check "and forwards when next hops are known" until_true 10 \
	on vm4 ping -q -c 1 -W 1 "${VM_IP[vm2]}"

# a second role
expect "a network on the same NIC" set "$(tell networks phyNet=ens3)"
expect "both roles" '\["ens3","vm4"]' "$(entry node2 attachment ifname | jq -c sort)"
expect "of the second only the network goes" set "$(tell networks)"
expect "promiscuous mode with it" "" \
	"$(on node2 ip -d link show ens3 | grep -o 'promiscuity [1-9].*' | grep -o PROMISC)"
check "the underlay goes on" on vm4 ping -q -c 2 -W 1 "${VM_IP[vm2]}"
expect "network again" set "$(tell networks phyNet=ens3)"
expect "now the underlay goes" set "$(tell underlay none)"
expect "its tunnels with it" "\[0]" \
	"$(entry node2 tunnel ifindex | jq -c unique)"
expect "the network stays" '\["phyNet"]' \
	"$(entry node2 attachment network | jq -c 'map(select(. != ""))')"
on node2 ip link add nic0 up type veth peer name nic0p
expect "a network that no port has is no error" set \
	"$(tell networks phyNet=ens3 other=nic0)"

expect "remove" removed "$(tell remove)"
check "I11 nothing stays" test ! -e "$node"
agent_kill TERM

# announcements: no child sends them
xovn node1 detach --all
agent node1
expect "an agent on the gateway" "writes *" "$(tell apply "$NB")"
capture "$DIR/garp.pcap" wire p9 arp
expect "its network" set "$(tell networks phyNet=ens9)"
expect "has no child" "$agent_pid" "$(ip netns pids "$NET-node1")"
# the first at once, the second after a second, the third after three
# shellcheck disable=SC2317 # called by until_true
garps() { tcpdump -nr "$DIR/garp.pcap" 2>/dev/null | grep -c "who-has $GW .*tell $GW,"; }
# shellcheck disable=SC2317 # called by until_true
three() { [ "$(garps)" -ge 3 ]; }
check "announces again and again" until_true 30 three
capture_end
agent_kill TERM
finish
