#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn show: names, states, counters that move by what is sent, the picture.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
tutorial
for dst in vm2 vm3; do
	on vm1 ping -q -c 3 -i 0.1 -W 1 "${VM_IP[$dst]}" >/dev/null
done

# has NAME PATTERN COMMAND...: a line of the output has the words.
has() {
	local name=$1 pattern=$2 out
	shift 2
	out=$("$@" 2>&1)
	if grep -qE -- "$pattern" <<<"$out"; then
		pass "$name"
	else
		fail "$name" "no line has: $pattern"$'\n'"$out"
	fi
}

# port HOST PORT FILTER: of the port's object in --json.
port() {
	xovn "$1" show --json |
		jq -r --arg p "$2" ".switches[].ports[] | select(.name == \$p) | $3"
}

expect "switches, routers and their ports" "$(
	xovn node2 show --json | jq -r '(.switches, .routers)[] | .name, .ports[].name'
)" "$(xovn node2 show | sed -nE 's/^(switch| +port|router) ([^ ]+) .*/\2/p')"
expect "13 ports, 6 datapaths" 19 "$(xovn node2 show |
	grep -cE '^(switch| +port|router) ')"
has "a guest of this host" "^ +state: bound to vm1$" xovn node2 show ls1-vm1
has "a guest elsewhere" "^ +state: elsewhere, on node3$" xovn node2 show ls1-vm2
has "a learned neighbour and its age" \
	"neighbor ${VM_IP[vm1]} +${VM_MAC[vm1]} +learned [0-9]+ s ago" \
	xovn node2 show router1
has "a static neighbour" "neighbor 172.19.255.1 .* static$" xovn node2 show router1
has "a route" "route 0.0.0.0/0 +static +via 172.19.255.1 +port router1-ls3" \
	xovn node2 show router1
has "a gateway's host" "^router gw1 .* gateway on node1$" xovn node2 show gw1
has "the gateway here" "^router gw1 .* gateway on node1, this host$" \
	xovn node1 show gw1
has "the physical network" "^ +state: attached to ens9$" \
	xovn node1 show outside-localnet
expect "a port alone is shown" "1 0" "$(xovn node2 show ls1-vm1 |
	awk '/^ +port / { n++ } /ls1-vm2|^chassis|^router/ { other++ }
		END { print n + 0, other + 0 }')"
expect "a switch alone is shown" "1 0" "$(xovn node2 show ls1 --json |
	jq -r '"\(.switches | length) \(.routers | length)"')"
refused "no such name" "xovn: show: *'nowhere'*" xovn node2 show nowhere
refused "a directory for the picture that is not there" "xovn: show: --svg /nowhere/net.svg: *; a file *" \
	xovn node2 show --interval 0 --svg /nowhere/net.svg

# counters: ten pings of 98 bytes each way
before=$(port node2 ls1-vm1 '.counters | "\(.in.packets) \(.in.bytes) \(.out.packets)"')
tunnel() {
	xovn node2 show --json | jq '.chassis[] | select(.hostname == "node3") |
		.counters.out.packets'
}
routed() {
	xovn node2 show --json | jq '.routers[] | select(.name == "router1") |
		.routes[] | select(.prefix == "172.18.200.0/24") | .counters.packets'
}
sent=$(tunnel)
route=$(routed)
expect "pings" "10/10 ttl=63" "$(pings vm1 "${VM_IP[vm3]}" -c 10 -i 0.05)"
after=$(port node2 ls1-vm1 '.counters | "\(.in.packets) \(.in.bytes) \(.out.packets)"')
read -r a b c <<<"$before"
read -r d e f <<<"$after"
# the guest's ARP may add to them
at_least "packets in" 10 $((d - a))
at_least "bytes in" 980 $((e - b))
at_least "packets out" 10 $((f - c))
at_least "packets to node3" 10 $(($(tunnel) - sent))
at_least "packets by the route" 10 $(($(routed) - route))
expect "another guest's port has not moved by that" "0" \
	"$(n=$(port node2 ls2-vm4 .counters.in.packets)
	on vm1 ping -q -c 5 -i 0.05 "${VM_IP[vm2]}" >/dev/null
	echo $(($(port node2 ls2-vm4 .counters.in.packets) - n)))"
on vm1 ping -q -c 3 -i 0.1 -W 1 10.9.9.9 >/dev/null
expect "drops at gw1 are named" "3" "$(xovn node1 show --json |
	jq '.routers[] | select(.name == "gw1") | .drops.LR_NO_ROUTE')"
has "drops in text" "drops: .*LR_NO_ROUTE 3" xovn node1 show gw1
# a name as OVN allows it, a port placed nowhere and one that is not bound
nb_server "$DATA/snat-router-lb/nb.db"
strange='we<ird>&"x"'
nb lsp-add ls1 "$strange" -- lsp-set-options "$strange" requested-chassis=node2 \
	-- lsp-add ls1 adrift -- lsp-set-addresses adrift "02:00:00:00:00:07 172.18.100.77" \
	-- lr-nat-add gw1 dnat_and_snat 192.168.209.130 172.18.100.20 \
	-- lr-nat-add gw1 dnat 192.168.209.131 172.18.200.10 \
	-- set logical_switch_port ls2-vm4 enabled=false
must "load" reload_nb
has "placed nowhere" "^ +state: placed nowhere$" xovn node2 show adrift
has "its addresses" "02:00:00:00:00:07 172.18.100.77" xovn node2 show adrift
has "not bound" "^ +state: not bound$" xovn node2 show "$strange"
has "disabled" "^ +state: disabled$" xovn node2 show ls2-vm4
has "SNAT" "nat snat +external ip 192.168.209.120 +logical ip 172.18.0.0/16$" \
	xovn node1 show gw1
has "both ways" "nat dnat_and_snat +external ip 192.168.209.130 +logical ip 172.18.100.20$" \
	xovn node1 show gw1
has "DNAT" "nat dnat +external ip 192.168.209.131 +logical ip 172.18.200.10$" \
	xovn node1 show gw1
expect "no half of a rule is a rule" "dnat dnat_and_snat snat" "$(
	xovn node1 show gw1 --json | jq -r '[.routers[0].nat[].type] | sort | join(" ")')"
has "backends" "backends: ${VM_IP[vm1]} ${VM_IP[vm3]}$" xovn node1 show gw1

# the picture
check "--dot is what dot accepts" dot -Tsvg -o "$DIR/dot.svg" \
	<(xovn node2 show --dot --interval 0)
check "--svg" xovn node2 show --interval 0.2 --svg "$DIR/net.svg"
expect "the file is an image" "*<svg *" "$(cat "$DIR/net.svg")"
expect "nothing else is left beside it" "$DIR/net.svg" "$(echo "$DIR"/net.svg*)"
# dot writes some characters as entities
sed 's/&#45;/-/g; s/&#160;/ /g' "$DIR/net.svg" >"$DIR/plain.svg"
names=$(xovn node2 show --json | jq -r '.switches[].ports[] |
	select(.type == "" or .type == "localnet") | .name' | grep -v '<')
expect "there are 6 ports to draw" 6 "$(wc -l <<<"$names")"
missing=
for name in $names ls1 ls2 ls3 outside router1 gw1 node1 node2 node3 phyNet; do
	grep -q ">$name</text>" "$DIR/plain.svg" || missing="$missing $name"
done
expect "every port, switch, router, host and network is in the picture" "" "$missing"
has "a name is escaped" '>we&lt;ird&gt;&amp;&quot;x&quot;</text>' cat "$DIR/plain.svg"
expect "the same on standard output" "*</svg>" "$(xovn node2 show --interval 0 --svg)"
expect "and named -" "*</svg>" "$(xovn node2 show --interval 0 --svg -)"
mkdir "$DIR/bin"
for tool in ip bash; do ln -s "$(command -v $tool)" "$DIR/bin/"; done
# shellcheck disable=SC2123 # on purpose: no dot in it
refused "without Graphviz" "xovn: show: *graphviz*--dot*" \
	env PATH="$DIR/bin" "$(command -v ip)" netns exec "$NET-node2" "$XOVN" \
	--pin "$PINS/node2" show --interval 0 --svg "$DIR/none.svg"
expect "and no file" "" "$(ls "$DIR"/none.svg* 2>/dev/null)"
finish
