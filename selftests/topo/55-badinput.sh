#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every bad input: exit code 1, one line that names the object, and
# forwarding untouched (I8).
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
LOAD_OPTIONS="--max-ports 64"
tutorial
warm
bad_load() { # NAME PATTERN [NB [PLACEMENT [CHASSIS]]]
	refused "load: $1" "$2" xovn node2 load --nb "${3:-$NB}" \
		--chassis "${5:-node2}" --placement "${4:-$PLACEMENT}"
}
state() { configured node2; }
before=$(state)
ping_start vm1 "${VM_IP[vm3]}"

size=$(stat -c %s "$NB")
head -c $((size - 100)) "$NB" >"$DIR/truncated.db"
bad_load "truncated file" "xovn: load: *truncated.db*" "$DIR/truncated.db"
cp "$NB" "$DIR/flipped.db"
printf '~' | dd of="$DIR/flipped.db" bs=1 seek=30000 conv=notrunc 2>/dev/null
bad_load "flipped byte" "xovn: load: *flipped.db*SHA-1*" "$DIR/flipped.db"
sed -n 2p "$NB" | jq -c '.name = "OVN_Southbound"' >"$DIR/sb.schema"
ovsdb-tool create "$DIR/sb.db" "$DIR/sb.schema"
bad_load "Southbound database" "xovn: load: *sb.db*OVN_Southbound*" "$DIR/sb.db"
echo "hello, world" >"$DIR/text"
bad_load "not a database" "xovn: load: *text*" "$DIR/text"
: >"$DIR/empty"
bad_load "empty file" "xovn: load: *empty*" "$DIR/empty"
bad_load "no such file" "xovn: load: *absent.db*" "$DIR/absent.db"
bad_load "unknown chassis" "xovn: load: *node9*" "$NB" "$PLACEMENT" node9
{
	cat "$PLACEMENT"
	echo "other 192.168.209.113 ls1-vm1"
} >"$DIR/twice"
bad_load "port placed twice" "xovn: load: *twice*ls1-vm1*" "$NB" "$DIR/twice"
{
	cat "$PLACEMENT"
	echo "other 192.168.209.110"
} >"$DIR/same-ip"
bad_load "two chassis with one address" "xovn: load: *same-ip*192.168.209.110*" \
	"$NB" "$DIR/same-ip"
echo "other not-an-address" >"$DIR/no-ip"
bad_load "placement without an address" "xovn: load: *no-ip*" "$NB" "$DIR/no-ip"

# Logical networks that contradict themselves, each from the tutorial's.
nb_server ""
bad_nb() { # NAME PATTERN: what the private database holds now
	cp "$DIR/private.db" "$DIR/bad.db"
	bad_load "$1" "$2" "$DIR/bad.db"
}
nb ls-add s -- lsp-add s p1 -- lsp-set-addresses p1 02:00:00:00:00:01 \
	-- lsp-add s p2 -- lsp-set-addresses p2 02:00:00:00:00:01
bad_nb "two ports with one MAC" "xovn: load: *02:00:00:00:00:01*"
nb lsp-del p2
nb lr-add r -- lrp-add r rp 02:00:00:00:01:01 10.0.0.1/24
# ovn-nbctl 23.03 keeps at least one network; later schemas allow none
jq -c 'if .caption == "Logical_Router_Port table" then
		(.headings | index("networks")) as $i | .data[0][$i] = ["set", []]
	else . end' "$DATA/base/nb-dump.json" >"$DIR/no-network.json"
bad_load "router port without a network" "xovn: load: *Logical_Router_Port*network*" \
	"$DIR/no-network.json"
nb lrp-add r rq 02:00:00:00:01:02 10.0.0.130/25
bad_nb "overlapping networks on a router" "xovn: load: *10.0.0.*"
nb lrp-del rq

many=(ls-add many)
for i in {1..300}; do many+=(-- lsp-add many "many$i"); done
nb "${many[@]}"
bad_nb "more ports than the maps hold" \
	"xovn: load: map full: *detach --all, load with --max-ports * or more"
enough=$(xovn node2 load --nb "$DIR/bad.db" --chassis node2 \
	--placement "$PLACEMENT" 2>&1 | sed -n 's/.*--max-ports \([0-9]*\).*/\1/p')
# shellcheck disable=SC2317 # called by check
elsewhere() { # MAX-PORTS: a first load, which says whether it would
	on node2 "$XOVN" --pin "$PINS/elsewhere" load --nb "$DIR/bad.db" \
		--chassis node2 --placement "$PLACEMENT" --dry-run --max-ports "$1"
}
check "as many as it says are enough" elsewhere "$enough"
refused "one less is not" "xovn: load: map full: *; load with --max-ports $enough or more" \
	elsewhere $((enough - 1))

refused "attach: no such interface" "xovn: attach: *nope*" \
	xovn node2 attach nope --underlay
refused "bind: no such interface" "xovn: bind: *nope*" xovn node2 bind nope ls1-vm1
refused "bind: interface is bound already" "xovn: bind: *vm1*" \
	xovn node2 bind vm1 ls2-vm4
refused "bind: no such port" "xovn: bind: *no-port*" xovn node2 bind vm1 no-port
refused "unbind: not bound" "xovn: unbind: *ens3*" xovn node2 unbind ens3
# a bridge has no XDP; the kernel's own words say so
xovn node1 detach ens3 >/dev/null
on node1 sh -ec 'ip link add br7 type bridge; ip link set br7 up'
refused "attach: native where there is no XDP" \
	"xovn: attach: br7: no native XDP here: *[(]Underlying driver does not support XDP in native mode[)]; use --mode tc" \
	xovn node1 attach br7 --underlay --mode native
refused "detach: not attached" "xovn: detach: *lo*" xovn node2 detach lo
refused "nothing is loaded there" "xovn: bind: *" \
	on node2 "$XOVN" --pin "$PINS/other" bind vm1 ls1-vm1
mkdir "$DIR/plain"
refused "bpffs is not mounted" "xovn: load: *bpf*" on node2 "$XOVN" \
	--pin "$DIR/plain/x" load --nb "$NB" --chassis node2 --placement "$PLACEMENT"
chmod 711 "$DIR"
cp "$XOVN" "$NB" "$PLACEMENT" "$DIR/plain" && chmod 755 "$DIR/plain" && chmod a+r "$DIR"/plain/*
refused "not root" "xovn: load: *root*" on node2 setpriv --reuid 65534 \
	--regid 65534 --clear-groups "$DIR/plain/xovn" --pin "$PINS/node2" load \
	--nb "$DIR/plain/nb.db" --chassis node2 --placement "$DIR/plain/placement"
for words in "" "nonsense" "load" "bind vm1" "attach ens3 --mode fast" "show --colour"; do
	# shellcheck disable=SC2086
	xovn node2 $words >/dev/null 2>&1
	expect "usage: xovn $words" 2 $?
done
expect "usage: no such command" "xovn: no command 'nonsense'; xovn --help lists them" \
	"$(xovn node2 nonsense 2>&1)"
expect "usage: an option that is none" "xovn: no option '--colour'; xovn --help lists them" \
	"$("$XOVN" --colour show 2>&1)"

expect "I8 none of it lost a packet" "0 of many" "$(ping_lost)"
expect "I8 none of it changed anything" "" "$(diff <(echo "$before") <(state))"
finish
