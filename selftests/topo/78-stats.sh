#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What stats says: drops by place and their rates, that loads keep what was
# counted, Prometheus' format and files of it, how full maps are.
# shellcheck source=selftests/topo/counts.sh
. "$(dirname "$0")/counts.sh"
odd='odd "name" \ of a port'
udp="$(ip4_header 001c 0000 11 ac12640a ac126414) 0001 0001 0008 0000"

# place HOST REASON options: "PACKETS at PORT in INPORT" of stats drops
place() {
	xovn "$1" stats drops --json "${@:3}" |
		jq -r --arg r "$2" '.[] | select(.reason == $r) |
			"\(.packets) at \(.port) in \(.in_port)"'
}

tutorial
must "load snat-router-lb" reload "$DATA/snat-router-lb/nb.db"
pings vm1 "${VM_IP[vm4]}" -c 3 >/dev/null
quiet
snapshot first

# drops: where, and of whom
snapshot before
on vm1 "$TOOLS/sendframe" eth0 -n 5 "02ac10ff0020 02ac10ff0099 0800" "$udp"
xovn node2 unbind vm4 >/dev/null
expect "vm1 -> vm4, which has no interface" "0/2*" \
	"$(pings vm1 "${VM_IP[vm4]}" -c 2 -W 1)"
check "bind it again" xovn node2 bind vm4 ls2-vm4
snapshot after
counted "drops of what vm1 sent" 7 node2 \
	'xovn_port_drops_total{port="ls1-vm1",datapath="ls1",direction="in"}'
counted "of what vm4 was to get" 2 node2 \
	'xovn_port_drops_total{port="ls2-vm4",datapath="ls2",direction="out"}'
counted "a new binding keeps what its port counted" 0 node2 \
	"$(port_sample packets ls2-vm4 ls2 out)"
expect "the place of spoofed frames" "5 at ls1-vm1 in ls1-vm1" \
	"$(place node2 PORT_SEC_IN --by-port)"
expect "and of undelivered ones, as their sender's" \
	"2 at ls2-vm4 in ls1-vm1" \
	"$(place node2 PORT_NOT_BOUND --port ls1-vm1)"
expect "as the receiver's" "2 at ls2-vm4 in ls1-vm1" \
	"$(place node2 PORT_NOT_BOUND --port ls2-vm4)"
expect "none of another port" "" \
	"$(place node2 PORT_NOT_BOUND --port ls1-vm2)"
expect "by datapath" 5 "$(xovn node2 stats drops --by-datapath --datapath ls1 \
	--json | jq '.[] | select(.reason == "PORT_SEC_IN") | .packets')"
expect "stats ports says the same" "7 0 0 2" \
	"$(xovn node2 stats ports --json | jq -r '[.[] |
		select(.type == "vif") | .in.drops, .out.drops] | join(" ")' |
		awk -v b="$(value "$DIR/before.node2" \
			'xovn_port_drops_total{port="ls1-vm1",datapath="ls1",direction="in"}')" \
			'{ $1 -= b; print }')"
expect "and so its text" "PORT*ls1-vm1 *ls1 *vm1 *ls2-vm4 *" \
	"$(xovn node2 stats ports)"
expect "no rate where nothing happens" 0 \
	"$(xovn node2 stats drops --interval 0.2 --json |
		jq 'map(.packets_per_second) | add')"
# each ends behind its last command: nothing comes later
spawn storm vm1 sh -c "until [ -e '$DIR/calm' ]; do '$TOOLS/sendframe' eth0 -n 100 \
	'02ac10ff0020 02ac10ff0099 0800' '$udp'; done" 2>/dev/null
expect "a rate where something does" true \
	"$(xovn node2 stats drops --rate --json |
		jq 'any(.reason == "PORT_SEC_IN" and .packets_per_second > 0)')"
expect "by place, too" true \
	"$(xovn node2 stats drops --by-port --interval 0.5 --json |
		jq 'any(.in_port == "ls1-vm1" and .packets_per_second > 0)')"
touch "$DIR/calm"
# shellcheck disable=SC2154 # spawn sets it
wait "$storm"

# 46 is no drop's number: an earlier version counted there what went on
check "an entry of an earlier version" bpftool map update pinned "$PINS/node2/drop" \
	key 46 0 0 0 value 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0 1
check "with its place" bpftool map update pinned "$PINS/node2/drop_at" \
	key 46 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 \
	value 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0 1
for args in "stats drops --all" "stats drops --by-port" "stats --prometheus" "stats ports" \
	"top --once --interval 0.1 --view drops" "show"; do
	# shellcheck disable=SC2086
	xovn node2 $args >"$DIR/shown" || echo failed >>"$DIR/shown"
	expect "is no part of $args" "" \
		"$(grep -E '^UNKNOWN|"UNKNOWN"|\(null\)|^failed|[0-9]{15}' "$DIR/shown")"
done
expect "as a reason it has no name" "*no drop reason of that name*" \
	"$(xovn node2 monitor --reason unknown 2>&1)"

# a load that changes nothing, and one that adds a port
snapshot before
must "load the same again" reload "$DATA/snat-router-lb/nb.db"
snapshot after
for node in $NODES; do
	expect "it keeps what $node counted" "" \
		"$(diff <(grep '_total[{ ]' "$DIR/before.$node") \
			<(grep '_total[{ ]' "$DIR/after.$node"))"
done
nb_server "$DATA/snat-router-lb/nb.db"
nb lsp-add ls1 "$odd" -- lsp-set-addresses "$odd" 02:ac:10:ff:00:31 \
	-- lsp-set-options "$odd" requested-chassis=node2
must "load one port more" reload_nb
snapshot after
for node in $NODES; do
	expect "$node keeps all counters" "" \
		"$(shrunk "$DIR/before.$node" "$DIR/after.$node")"
	expect "none went back since the beginning" "" \
		"$(shrunk "$DIR/first.$node" "$DIR/after.$node" | grep back)"
	expect "what $node says is well-formed" "" \
		"$(exposition "$DIR/after.$node")"
done
expect "the new port begins at zero" 0 "$(value "$DIR/after.node2" \
	'xovn_port_packets_total{port="odd \"name\" \\ of a port",datapath="ls1",direction="in"}')"
check "a name with quotation marks" [ "$odd" = \
	"$(xovn node2 stats ports --port "$odd" --json | jq -r '.[].port')" ]

# OVN lets routers bear one name; series may not
nb --add-duplicate lr-add router1
must "load a second router1" reload_nb
snapshot after
expect "two routers of one name are told apart" 2 \
	"$(grep -c '^xovn_router_packets_total{router="router1#[0-9]*"}' "$DIR/after.node2")"
expect "and what node2 says is well-formed still" "" "$(exposition "$DIR/after.node2")"

# a file for node_exporter: whole at any time
mkdir "$DIR/textfile"
check "--textfile" xovn node2 stats --textfile "$DIR/textfile/xovn.prom"
expect "for all to read" 644 "$(stat -c %a "$DIR/textfile/xovn.prom")"
expect "is well-formed" "" "$(exposition "$DIR/textfile/xovn.prom")"
last=$(tail -n 1 "$DIR/textfile/xovn.prom" | cut -d ' ' -f 1)
expect "ends with the maps" 'xovn_map_memory_bytes{map="*"}' "$last"
spawn writer node2 sh -c "until [ -e '$DIR/written' ]; do '$XOVN' --pin '$PINS/node2' \
	stats --textfile '$DIR/textfile/xovn.prom' || exit; done"
for _ in {1..15}; do
	tail -n 1 "$DIR/textfile/xovn.prom" | grep -cF "$last "
	sleep 0.02
done | sort | uniq -c >"$DIR/reads"
touch "$DIR/written"
# shellcheck disable=SC2154 # spawn sets it
wait "$writer"
expect "no write fails" 0 $?
expect "whole whenever it is read" "15 1" "$(xargs <"$DIR/reads")"
refused "a file in no directory" "xovn: stats: --textfile $DIR/none/x: *" \
	xovn node2 stats --textfile "$DIR/none/x"
expect "a full disk behind standard output" \
	"xovn: standard output: cannot write: No space left on device"$'\n1' \
	"$(xovn node2 stats ports 2>&1 >/dev/full || echo $?)"
mkdir "$DIR/textfile/dir.prom"
refused "a directory" "xovn: stats: --textfile $DIR/textfile/dir.prom: *directory*" \
	xovn node2 stats --textfile "$DIR/textfile/dir.prom"
expect "nothing is left of either" "dir.prom xovn.prom" \
	"$(find "$DIR/textfile" -mindepth 1 -printf '%f\n' | sort | xargs)"
refused "a port that is not there" "xovn: stats: --port none: *" \
	xovn node2 stats ports --port none
refused "a switch that is not there" "xovn: stats: --datapath none: *" \
	xovn node2 stats drops --datapath none
# maps that are nearly full
small() {
	on node1 "$XOVN" --pin "$PINS/small" "$@"
}
ports=()
for i in {1..45}; do ports+=(-- lsp-add ls2 "many$i"); done
nb "${ports[@]:1}"
cp "$DIR/private.db" "$DIR/now.db"
expect "load warns of a map that is nearly full" \
	"*warning: map port is 8? % full: * of 64 entries; *--max-ports*" \
	"$(small load --nb "$DIR/now.db" --chassis node1 --placement "$PLACEMENT" \
		--max-ports 64 2>&1 >/dev/null)"
expect "stats maps does" "*warning: map port is 8? % full: *" \
	"$(small stats maps 2>&1 >/dev/null)"
expect "and marks that one" port \
	"$(small stats maps 2>/dev/null | awk '/nearly full$/ { print $1 }')"
expect "in JSON, too" port "$(small stats maps --json 2>/dev/null |
	jq -r '.[] | select(.nearly_full) | .map')"
expect "it has as many entries as there are ports" 56 \
	"$(small stats maps --json 2>/dev/null |
		jq '.[] | select(.map == "port") | .entries')"
expect "a port has two counters, a route one, a rule three" \
	"$(small stats pipeline --json | jq '2 + (.routes | length) +
		3 * ((.nat | length) + (.vips | length))')" \
	"$(small stats maps --json 2>/dev/null |
		jq '.[] | select(.map == "counter") | .entries')"
check "detach --all" small detach --all
net_down
finish
