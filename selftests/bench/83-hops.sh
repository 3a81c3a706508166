#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ns of the program at a guest's interface (BPF_PROG_TEST_RUN), by where the
# packet goes: to a port of the switch, here and on another host, behind one to
# ROUTERS in a row.  The first packet of a flow asks all tables, so what a router
# more costs is seen there; a known one is to cost nearly the same everywhere (a
# counter for each route), and is set beside the writes that no program can be
# without (the outer headers, or MACs and TTL).
# shellcheck source=selftests/bench/bed.sh
. "$(dirname "$0")/bed.sh"
ROUTERS=${ROUTERS:-8}
FLOWS=${FLOWS:-64}
COUNT=${COUNT:-200} # packets of each flow
SELF_MAC=02:00:00:00:00:01
ROUTER_MAC=02:00:00:00:01:01

# r1 joins lan0, where the guest is, with lan1 and with r2, which joins lan2
# with r3 ...
network() {
	local r
	nb_server
	nb ls-add lan0 \
		-- lsp-add lan0 self -- lsp-set-addresses self "$SELF_MAC 10.0.0.2" \
		-- lsp-add lan0 near -- lsp-set-addresses near "02:00:00:00:00:03 10.0.0.3" \
		-- lsp-add lan0 far -- lsp-set-addresses far "02:00:00:00:00:04 10.0.0.4"
	echo "node1 192.168.0.1 self near" >"$DIR/placement"
	echo "node2 192.168.0.2 far$(printf ' far%d' $(seq "$ROUTERS"))" >>"$DIR/placement"
	for ((r = 1; r <= ROUTERS; r++)); do
		nb lr-add "r$r" -- ls-add "lan$r" \
			-- lsp-add "lan$r" "far$r" \
			-- lsp-set-addresses "far$r" "02:00:00:00:$(printf %02x $r):04 10.0.$r.4"
		router_port "r$r" "lan$r" "02:00:00:00:0a:0$r" "10.0.$r.1/24"
		if [ "$r" = 1 ]; then
			router_port r1 lan0 $ROUTER_MAC 10.0.0.1/24
		else
			nb ls-add "join$r"
			router_port "r$((r - 1))" "join$r" "02:00:00:00:0b:0$r" "10.1.$r.1/24"
			router_port "r$r" "join$r" "02:00:00:00:0c:0$r" "10.1.$r.2/24"
			nb lr-route-add "r$((r - 1))" 0.0.0.0/0 "10.1.$r.2"
		fi
	done
}

router_port() { # ROUTER SWITCH MAC NETWORK
	nb lrp-add "$1" "$1-$2" "$3" "$4" -- lsp-add "$2" "$2-$1" \
		-- lsp-set-type "$2-$1" router -- lsp-set-addresses "$2-$1" router \
		-- lsp-set-options "$2-$1" router-port="$1-$2"
}

# run PROGRAM DESTINATION MAC FIRST-PORT
run() {
	awk -v n="$FLOWS" -v to="$2" -v p="$4" \
		'BEGIN { for (i = 0; i < n; i++) print "10.0.0.2", p + i, to, 80 }' \
		>"$DIR/flows"
	on host taskset -c "$CPU" "$TOOLS/progrun" --tcp . --flows "$DIR/flows" \
		--mac "$3,$SELF_MAC" --count "$COUNT" "$1" self
}

# measure BED DESTINATION MAC: appends to $DIR/BED.known and .first
measure() {
	local out
	out=$(run "$PINS/host/prog_vif_ingress" "$2" "$3" $((20000 + FLOWS * round)))
	[[ $out == *"verdicts 7:"+([0-9]) ]] || die "$1: $out" # TC_ACT_REDIRECT
	awk '{ print $4 >>known; print $2 >>first }' known="$DIR/$1.known" \
		first="$DIR/$1.first" <<<"$out"
}

shopt -s extglob
net_init
for i in host vm vm2 wire; do ns_add "$i"; done
network
cable vm eth0 host self "$GUEST_MTU"
cable vm2 eth0 host near "$GUEST_MTU"
cable host ens3 wire ens3 1500
on host ip addr add 192.168.0.1/24 dev ens3
on host ip neigh add 192.168.0.2 lladdr 02:00:00:00:00:99 dev ens3 nud permanent
{
	xovn host load --nb "$DIR/private.db" --placement "$DIR/placement" \
		--chassis node1 --no-announce &&
		xovn host attach ens3 --underlay --mode tc &&
		xovn host bind self self && xovn host bind near near
} >"$DIR/log" 2>&1 || die "$(cat "$DIR/log")"

beds=far
for ((r = 1; r <= ROUTERS; r++)); do beds+=" routers-$r"; done
for ((round = 0; round < ROUNDS; round++)); do
	measure near 10.0.0.3 02:00:00:00:00:03
	measure far 10.0.0.4 02:00:00:00:00:04
	for ((r = 1; r <= ROUTERS; r++)); do
		measure "routers-$r" "10.0.$r.4" $ROUTER_MAC
	done
	for x in encap macs; do
		run $x 10.0.0.4 02:00:00:00:00:04 1 | awk '{ print $4 }' >>"$DIR/$x.known"
	done
done
figures known "known flow, to another host; encap: the writes alone" ns less \
	"encap $beds" "encap routers-1"
figures known "known flow, on this host; macs: the writes alone" ns less \
	"macs near" macs
figures first "first packet of a flow" ns less "near $beds" routers-1
paste "$DIR/routers-1.first" "$DIR/routers-$ROUTERS.first" |
	awk -v n="$ROUTERS" '{ print ($2 - $1) / (n - 1) }' | median |
	xargs printf 'each router more: %.0f ns of the first packet\n'
