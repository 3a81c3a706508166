#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does a packet cost more in a large network?  ns of a known flow's packet from
# a guest to another host, in networks (nbgen) of 10 to 100,000 ports, in
# routers of 10 to 100,000 static routes, to one of 10 to 10,000 VIPs, of 10
# backends each and of 100; and of the first packet of each flow, which asks all
# tables.  BPF_PROG_TEST_RUN; the networks stand side by side and take turns.
# shellcheck source=selftests/bench/bed.sh
. "$(dirname "$0")/bed.sh"
PORTS_SIZES=${PORTS_SIZES:-"10 1000 100000"}
ROUTES_SIZES=${ROUTES_SIZES:-"10 1000 100000"}
VIPS_SIZES=${VIPS_SIZES:-"10 1000 10000"}
BACKENDS=10
MANY_SIZES=${MANY_SIZES:-"10 10000"} # VIPs of MANY_BACKENDS
MANY_BACKENDS=100
FLOWS=${FLOWS:-16}
COUNT=${COUNT:-500} # packets of each flow
HERE=$TOP/selftests/bench
declare -A SPAN # addresses of a switch, as nbgen has it

# bed BED MAX_PORTS: host "BED", chassis c1, with guest 1 of the network in
# $DIR/BED.db; all other chassis are behind a gateway.
bed() {
	local i n=$(((PORTS + SWITCHES - 1) / SWITCHES + 3))
	for ((i = 4; i < n; i *= 2)); do :; done
	SPAN[$1]=$i
	export PORTS SWITCHES ROUTERS LBS ROUTES CHASSIS BACKENDS
	GATEWAYS=0 NATS=0 "$HERE/nbgen" "$DIR/$1.db" "$DIR/$1.placement" ||
		die "cannot make the network $1"
	for i in vm wire; do ns_add "$1-$i"; done
	ns_add "$1"
	cable "$1-vm" eth0 "$1" vm "$GUEST_MTU"
	cable "$1" ens3 "$1-wire" ens3 1500
	on "$1" sh -ec "
		ip addr add 192.168.0.3/32 dev ens3
		ip neigh add 172.31.0.1 lladdr 02:00:00:00:00:99 dev ens3 nud permanent
		ip route add 172.31.0.1 dev ens3
		ip route add 192.168.0.0/16 via 172.31.0.1 dev ens3"
	{
		xovn "$1" load --nb "$DIR/$1.db" --placement "$DIR/$1.placement" \
			--chassis c1 --max-ports "$2" --ct-max 4096 --no-announce &&
			xovn "$1" attach ens3 --underlay --mode tc &&
			xovn "$1" bind vm s1-p0
	} >"$DIR/log" 2>&1 || die "$1: $(cat "$DIR/log")"
	rm "$DIR/$1.db" "$DIR/$1.placement"
}

address() { # BED SWITCH GUEST
	local n=$(($2 * SPAN[$1] + 2 + $3))
	echo "10.$((n / 65536)).$((n / 256 % 256)).$((n % 256))"
}

# run BED DESTINATION MAC FIRST-PORT FLOWS COUNT
run() {
	awk -v n="$5" -v from="$(address "$1" 1 0)" -v to="$2" -v p="$4" \
		'BEGIN { for (i = 0; i < n; i++) print from, p + i, to, 80 }' >"$DIR/flows"
	on "$1" taskset -c "$CPU" "$TOOLS/progrun" --tcp S --flows "$DIR/flows" \
		--mac "$3,02:01:00:00:00:01" --count "$6" \
		"$PINS/$1/prog_vif_ingress" vm
}

# measure NAME BED DESTINATION MAC: appends to $DIR/SIZE.NAME and NAME-first
measure() {
	local out size=${2#*-}
	# every page of the tables of connections has been in use once: a
	# hypervisor may make the first time dear
	[ $round -gt 0 ] || run "$2" "$3" "$4" 30000 20000 0 >/dev/null
	xovn "$2" ct flush >/dev/null
	out=$(run "$2" "$3" "$4" $((20000 + FLOWS * round)) "$FLOWS" "$COUNT")
	# TC_ACT_REDIRECT, each of them
	[[ $out == *"verdicts 7:"+([0-9]) ]] || die "$2, $1: $out"
	awk '{ print $4 >known; print $2 >first }' known="$DIR/known" \
		first="$DIR/first" - <<<"$out"
	cat "$DIR/known" >>"$DIR/$size.$1"
	cat "$DIR/first" >>"$DIR/$size.$1-first"
}

shopt -s extglob
net_init
ROUTES=0 LBS=0
for n in $PORTS_SIZES; do
	PORTS=$n SWITCHES=$(((n + 99) / 100)) ROUTERS=$(((n + 999) / 1000))
	[ $SWITCHES -gt 1 ] || SWITCHES=2
	CHASSIS=$SWITCHES
	bed "ports-$n" 120000
done
# the only guest of c1 is the one that sends
PORTS=100 SWITCHES=2 ROUTERS=1 CHASSIS=100
for n in $ROUTES_SIZES; do
	ROUTES=$n
	bed "routes-$n" 120000
done
ROUTES=0
for n in $VIPS_SIZES; do
	LBS=$((2 * n)) # every second one is of the guest's switch
	bed "vips-$n" $((30000 + 10 * n * BACKENDS))
done
for n in $MANY_SIZES; do
	LBS=$n BACKENDS=$MANY_BACKENDS
	bed "many-$n" $((30000 + 64 * n)) # entries of maglev: 256 for a VIP
done
SWITCH_ROUTER=02:02:00:00:00:01
for ((round = 0; round < ROUNDS; round++)); do
	for n in $PORTS_SIZES; do
		second=$((n > 100 ? (n + 99) / 100 + 1 : 3)) # guest of s1
		measure switch "ports-$n" "$(address "ports-$n" 1 1)" \
			"$(printf '02:01:00:00:%02x:%02x' $((second / 256)) $((second % 256)))"
		measure routed "ports-$n" "$(address "ports-$n" 0 0)" $SWITCH_ROUTER
	done
	for n in $ROUTES_SIZES; do
		to=$((n * 8 + 1)) # in the middle of them
		measure route "routes-$n" "12.$((to / 65536)).$((to / 256 % 256)).$((to % 256))" \
			$SWITCH_ROUTER
	done
	for n in $VIPS_SIZES; do
		measure vip "vips-$n" 11.0.0.1 $SWITCH_ROUTER
	done
	for n in $MANY_SIZES; do
		measure many "many-$n" 11.0.0.1 $SWITCH_ROUTER
	done
done
# flat NAME TITLE SIZES
flat() {
	figures "$1" "$2, known flow" "ns per packet" less "$3" "${3%% *}"
	figures "$1-first" "$2, first packet" "ns" less "$3" "${3%% *}"
}
flat switch "to another port of the switch, by ports" "$PORTS_SIZES"
flat routed "to a port of another switch, by ports" "$PORTS_SIZES"
flat route "by a static route, by routes of the router" "$ROUTES_SIZES"
flat vip "to a VIP of the switch, by VIPs of 10 backends" "$VIPS_SIZES"
flat many "to a VIP of the switch, by VIPs of $MANY_BACKENDS backends" "$MANY_SIZES"
