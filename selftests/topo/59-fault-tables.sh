#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A gateway's tables filled to the brim by a guest's traffic: connections that
# are established, SNAT ports, fragments.  Each packet either comes out or
# counts under the reason of that table (I4), and what was there before goes on.
# Connections that are not established give way: 96-flood.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
# as many records as a new connection looks at (CT_SEARCH), so that none is
# refused while one is free
RECORDS=64
LOAD_OPTIONS="--ct-max $RECORDS --port-share 100"
MODE=tc
SENT=400
FRAGMENTS=9000 # map frag has 8,192

# outside FIELD: of ext's /proc/net/snmp, "Udp NoPorts"
outside() {
	# shellcheck disable=SC2016 # of awk
	on ext awk -v p="${1% *}:" -v f="${1#* }" '
		$1 == p && !n { for (i = 2; i <= NF; i++) if ($i == f) n = i; next }
		$1 == p { print $n }' /proc/net/snmp
}

# shellcheck disable=SC2317 # called by until_true
all_accounted() { # of accounts
	came=$(($(outside "$field") - was_out))
	dropped=$(($(drops node1 "$reason") - was_dropped))
	[ $((came + dropped)) = "$sent" ]
}

# accounts NAME FIELD REASON SENT COMMAND...: of so many packets each came out
# or counted; sets came and dropped.
accounts() {
	local name=$1 field=$2 reason=$3 sent=$4 was_out was_dropped
	shift 4
	was_out=$(outside "$field")
	was_dropped=$(drops node1 "$reason")
	"$@"
	sleep 1
	until_true 10 all_accounted
	expect "I4 $name: $came came out, $dropped counted as $reason" "$sent" \
		$((came + dropped))
}

# shellcheck disable=SC2317 # accounts calls it, as those below
hex_ip() {
	# shellcheck disable=SC2046 # four numbers
	printf '%02x' $(tr . ' ' <<<"$1")
}

# to_router: Ethernet header of vm1's to its router
to_router() {
	local mac
	mac=$(on vm1 ip -j neigh show 172.18.100.1 | jq -r '.[0].lladdr')
	echo "${mac//:/} ${VM_MAC[vm1]//:/} 0800"
}

# udp SPORT DPORT N: datagrams to ext from N ports
# shellcheck disable=SC2317
udp() {
	on vm1 "$TOOLS/sendframe" eth0 -n "$3" -c 34 "$ETH" \
		"$(ip4_header 0020 0000 11 "$(hex_ip "${VM_IP[vm1]}")" "$(hex_ip "$EXT")")" \
		"$(printf '%04x%04x' "$1" "$2") 000c 0000 61626364"
}

# fragments FRAGMENT DATA: of FRAGMENTS datagrams
# shellcheck disable=SC2317
fragments() {
	on vm1 "$TOOLS/sendframe" eth0 -n "$FRAGMENTS" -c 18 -d 24 "$ETH" \
		"$(ip4_header 0024 "$1" 11 "$(hex_ip "${VM_IP[vm1]}")" "$(hex_ip "$EXT")")" "$2"
}

net_init
net_up
pristine node1
cp "$DATA/snat/nb.db" "$DIR/nb.db"
NB=$DIR/nb.db
# shellcheck disable=SC2086
check "three hosts, a gateway" xovn_up $NODES
warm_gateway
ETH=$(to_router)
# shellcheck disable=SC2317
fragments_both() {
	fragments 2000 "a000 0009 0018 0000 $(printf '61%.0s' {1..8})"
	fragments 0002 "$(printf '62%.0s' {1..16})"
}
accounts "fragments" "Ip ReasmReqds" CT_FRAGMENT $((2 * FRAGMENTS)) fragments_both
at_least "fragments whose first one was pushed out" 1 "$dropped"
at_least "and such whose was not" 1 $((came - FRAGMENTS))

# connections: all records by such as are established
check "connections flushed" xovn node1 ct flush
spawn server_pid ext "$TOOLS/tcphold" serve 7001
until_true 20 listening ext 7001
spawn held_pid vm1 "$TOOLS/tcphold" hold "$EXT" 7001 $RECORDS 500 \
	>"$DIR/held" 2>"$DIR/held.log"
until_true 60 grep -q open "$DIR/held"
# shellcheck disable=SC2317 # until_true calls it
all_established() {
	[ "$(connections node1 --proto tcp --state TCP_ESTABLISHED)" = "$RECORDS" ]
}
check "$RECORDS established connections" until_true 10 all_established
accounts "datagrams of new connections" "Udp NoPorts" CT_FULL $SENT udp 20000 9999 $SENT
expect "none had room" $SENT "$dropped"
kill -USR1 "$held_pid"
sleep 1
kill -TERM "$held_pid"
until_true 60 grep -q held "$DIR/held"
expect "those that were open go on" "open $RECORDS held $RECORDS lost 0 idle 0 *" \
	"$(paste -sd ' ' "$DIR/held")"
check "connections flushed" xovn node1 ct flush
accounts "datagrams of new connections, afterwards" "Udp NoPorts" CT_FULL $SENT \
	udp 30000 9999 $SENT
expect "none refused" 0 "$dropped"

# ports: as many as the rule has
nb_server "$NB"
nb lr-nat-del gw1 snat
nb --portrange lr-nat-add gw1 snat $GW 172.18.0.0/16 40000-40029
cp "$DIR/private.db" "$DIR/ports.db"
check "an SNAT rule with 30 ports" load node1 "$DIR/ports.db"
xovn node1 ct flush >/dev/null
accounts "datagrams through 30 ports" "Udp NoPorts" SNAT_EXHAUSTED $SENT \
	udp 50000 9999 $SENT
at_least "ports used" 25 "$came"
at_least "ports wanted" 200 "$dropped"
gone node1
finish
