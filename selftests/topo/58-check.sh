#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn check: a host that is all right; then each lack and conflict, made for
# real; the mode it foretells is the one that attach takes; nothing changes.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/topo/pki.sh
. "$(dirname "$0")/pki.sh"
GOOD="--underlay ens3 --nb $NB --placement $PLACEMENT --chassis node2"

# checked HOST ARGUMENTS...: into $DIR/json; its exit code.
checked() {
	local node=$1
	shift
	timeout $((60 * SLOW)) ip netns exec "$NET-$node" "$XOVN" --pin "$PINS/$node" \
		check --json "$@" >"$DIR/json" 2>"$DIR/err"
}

# finding GROUP CHECK: "level object: text" of each that is not ok.
finding() {
	jq -r --arg g "$1" --arg c "$2" '.findings[] |
		select(.group == $g and .check == $c and .level != "ok") |
		"\(.level) \(.object // "-"): \(.text)"' "$DIR/json"
}

# found NAME EXIT GROUP CHECK PATTERN ARGUMENTS...: on node2.
found() {
	local name=$1 code=$2 group=$3 topic=$4 pattern=$5
	shift 5
	checked node2 "$@"
	expect "$name: exit code" "$code" $?
	expect "$name" "$pattern" "$(finding "$group" "$topic")"
}

# ok NAME: nothing but ok, but for what the group CHECK says.
ok() {
	expect "$1" "" "$(jq -r '.findings[] | select(.level != "ok") |
		"\(.level) \(.group) \(.check) \(.object): \(.text)"' "$DIR/json")"
}

# What a look must leave as it is.
everything() {
	footprint node2 | sed 's/[a-z]*_timer *[0-9.]*//g'
	find "$PINS" -printf '%p %t\n' | sort
	find "$DIR" -maxdepth 1 -name '*.db' -exec sha1sum {} +
	[ ! -e "$PINS/node2/config" ] || for map in config port l2 attachment chassis; do
		bpftool map dump pinned "$PINS/node2/$map"
	done
}

# foretold IFACE ARGUMENTS OF check: "MODE REASON" for it.
foretold() {
	local dev=$1
	shift
	checked node2 "$@"
	jq -r --arg i "$dev" '.interfaces[] | select(.interface == $i) |
		"\(.mode) (\(.reason))"' "$DIR/json"
}

# as_attached IFACE PATTERN: what attach takes is what was foretold, and why
# it is.
as_attached() {
	local said took
	said=$(foretold "$1" --localnet "$1:phyNet")
	if [[ $said == *"does not say before"* ]]; then
		skip "$1: mode" "before 6.3 the kernel does not say"
		return
	fi
	expect "$1: mode" "$2" "$said"
	took=$(xovn node2 attach "$1" --localnet phyNet --no-announce 2>/dev/null |
		sed -n 's/.*, mode \(.*\); .*/\1/p')
	expect "$1: attach takes that mode" "${said%% *}" "${took%% *}"
	expect "$1: it is said of what is attached" "${said%% *} (attached so)" \
		"$(foretold "$1" --localnet "$1:phyNet")"
	check "$1: detach" xovn node2 detach "$1"
}

net_init
net_up
nb_server "$NB"
on node2 sh -ec 'ip link add br7 type bridge; ip link set br7 up
	ip tuntap add tap9 mode tap; ip link set tap9 up'
before=$(everything)
# shellcheck disable=SC2086
checked node2 $GOOD
expect "a good host: exit code" 0 $?
ok "a good host: all is ok"
expect "a good host: MTU of guests" 1442 "$(jq '.interfaces[0].guest_mtu' "$DIR/json")"
expect "a good host: every thing is looked at" "bpffs btf chassis encap_ip jit memory mode \
mtu nb not_honoured placement privileges programs stock_ovn tc_hook udp_6081 version xdp_hook" \
	"$(jq -r '[.findings[].check] | unique | join(" ")' "$DIR/json")"
# shellcheck disable=SC2086
expect "for people" "*ens3: underlay, mode tc (auto: veth*MTU 1500 less 58*leaves guests 1442*0 errors*" \
	"$(xovn node2 check $GOOD 2>&1)"
# nothing_named [CONF]: its groups, on a host with that xovn.conf or none
nothing_named() {
	# shellcheck disable=SC2016 # expands in there
	on node2 unshare -m sh -ec 'mount -t tmpfs xovn-etc /etc
		[ -z "$3" ] || { mkdir /etc/xovn; cp "$3" /etc/xovn/xovn.conf; }
		exec "$1" --pin "$2" check --json' - "$XOVN" "$PINS/node2" "${1:-}" |
		jq -r '[.findings[].group] | unique | join(" ")'
}
expect "nothing named: only the host" "conflicts kernel" "$(nothing_named)"
printf '[snapshot]\nnb = %s\nplacement = %s\nchassis = node2\n' "$NB" "$PLACEMENT" >"$DIR/conf"
expect "nothing named: what xovn.conf says" "chassis config conflicts databases features kernel" \
	"$(nothing_named "$DIR/conf")"
expect "what it looked at is as it was" "" "$(diff <(echo "$before") <(everything))"
mkdir "$DIR/plain"
on node2 "$XOVN" --pin "$DIR/plain/x" check --json >"$DIR/json" 2>"$DIR/err"
expect "no bpffs: exit code" 1 $?
expect "no bpffs" "error *not on a BPF file system*" "$(finding kernel bpffs)"
expect "one line on stderr" "xovn: check: 1 of * checks say that xovn would not run here" \
	"$(cat "$DIR/err")"
cp "$XOVN" "$DIR/plain/xovn" && chmod 711 "$DIR" && chmod -R a+rX "$DIR/plain"
on node2 setpriv --reuid 65534 --regid 65534 --clear-groups "$DIR/plain/xovn" \
	--pin "$PINS/node2" check --json >"$DIR/json" 2>/dev/null
expect "not root: exit code" 1 $?
expect "not root" "error -: not root*" "$(finding kernel privileges)"
expect "not root: what is unknown" "warning -: not tried*" "$(finding kernel programs)"
on node2 setpriv --bounding-set -bpf --inh-caps -bpf "$XOVN" --pin "$PINS/node2" \
	check --json >"$DIR/json" 2>/dev/null
expect "root without CAP_BPF" "error -: root without CAP_BPF" "$(finding kernel privileges)"
# "TAKEN HAD LEVEL"
memory=$(checked node2 --max-ports 16777216 --ct-max 16777216
	jq -r '.findings[] | select(.check == "memory") | .level as $l | .text |
		capture("take (?<a>[0-9]+) MB.* has (?<b>[0-9]+) MB") | "\(.a) \(.b) \($l)"' "$DIR/json")
read -r take have level <<<"$memory"
at_least "the largest maps, in MB" 10000 "$take"
wanted=ok
[ "$((take * 2))" -le "$have" ] || wanted=warning
[ "$take" -le "$have" ] || wanted=error
expect "for a host that has $have" "$wanted" "$level"

# what was foretold for the defaults against what they take
said=$(xovn node1 check | sed -n 's/.*the maps take \([0-9]*\) MB.*/\1/p')
check "load of the defaults" xovn node1 load --nb "$NB" --placement "$PLACEMENT" --chassis node1
takes=$(xovn node1 stats maps --json | jq '[.. | .bytes? // empty] | add / 1048576 | floor')
# map_mem_usage of Linux 6.4
if [ "$(printf '6.4\n%s\n' "$(uname -r)" | sort -V | head -n 1)" != 6.4 ]; then
	skip "the maps' memory" "before 6.4 the kernel says something else"
else
	expect "the maps' memory: $said MB were said, $takes taken" 1 \
		$((said * 10 >= takes * 9 && said * 9 <= takes * 10))
fi
check "and away" xovn node1 detach --all

# from here on with programs that the kernel has taken, which is faster
check "load" xovn node2 load --nb "$DATA/snat/nb.db" --placement "$PLACEMENT" --chassis node2 \
	--max-ports 64 --ct-max 64
before=$(everything)
on node2 env LD_PRELOAD="$TOOLS/notcx.so" "$XOVN" --pin "$PINS/node2" check --json \
	--underlay ens3 >"$DIR/json"
expect "no TCX: clsact" "*clsact*" "$(jq -r '.findings[] | select(.check == "tc_hook").text' "$DIR/json")"

# interfaces
found "an interface that is missing" 1 interfaces exists "error nope: no such interface*" \
	--underlay nope
found "one whose name is too long" 1 interfaces exists "error ens3.0123456789a: no such interface*" \
	--underlay ens3.0123456789a
# JSON takes no byte that is no text: nothing may be left out for it
found "one whose name is no text" 1 interfaces exists "error e[?]x: no such interface*" \
	--underlay $'e\xffx'
expect "it is listed" "e[?]x" "$(jq -r '.interfaces[].interface' "$DIR/json")"
on node2 ip link set br7 down
found "one that is down" 1 interfaces link "error br7: is down*" --localnet br7:phyNet
on node2 ip link set br7 up
found "two underlays" 1 interfaces role "error br7: ens3 is the underlay already*" \
	--underlay ens3 --underlay br7
found "two interfaces for a network" 1 interfaces role "error br7: network n is on ens3*" \
	--localnet ens3:n --localnet br7:n
on node2 ip link set ens3 mtu 1338
checked node2 --underlay ens3
ok "an MTU that is just enough for IPv6"
on node2 ip link set ens3 mtu 1337
found "one byte less" 0 interfaces mtu "warning ens3: MTU 1337*guests 1279*" --underlay ens3
on node2 ip link set ens3 mtu 576
found "an MTU that is just enough for tunnels" 0 interfaces mtu "warning ens3: *" --underlay ens3
on node2 ip link set ens3 mtu 575
found "one byte less" 1 interfaces mtu "error ens3: MTU 575: *" --underlay ens3
on node2 ip link set ens3 mtu 1300
found "an MTU too small for IPv6" 0 interfaces mtu "warning ens3: MTU 1300*guests 1242*" \
	--underlay ens3
on node2 ip link set ens3 mtu 500
found "an MTU too small for tunnels" 1 interfaces mtu "error ens3: MTU 500*" --underlay ens3
on node2 ip link set ens3 mtu 1500
expect "what was made for it is gone" "" "$(diff <(echo "$before") <(everything))"

# who else is there: another xovn's programs, by themselves and attached by it
check "another xovn" on node2 "$XOVN" --pin "$PINS/other" load --nb "$NB" \
	--placement "$PLACEMENT" --chassis node2 --max-ports 64 --ct-max 64
on node2 sh -ec "tc qdisc add dev ens3 clsact
	tc filter add dev ens3 ingress prio 7 bpf da pinned $PINS/other/prog_nic_ingress"
found "tc filters of others" 0 interfaces other_tc "warning ens3: tc filters*" --underlay ens3
on node2 tc qdisc del dev ens3 clsact
check "an XDP program" on node2 bpftool net attach xdpdrv pinned "$PINS/other/prog_nic_xdp" dev tap9
found "an XDP program of others" 0 interfaces other_xdp "warning tap9: another XDP program is attached, nic_xdp (id *" \
	--localnet tap9:phyNet
expect "and the mode with it" "tc auto: another XDP program is attached" \
	"$(jq -r '.interfaces[] | "\(.mode) \(.reason)"' "$DIR/json")"
check "as attach has it" grep -q 'mode tc (auto: tap9: another XDP program is attached' \
	<(xovn node2 attach tap9 --localnet phyNet --no-announce 2>&1)
xovn node2 detach tap9
on node2 bpftool net detach xdpdrv dev tap9
check "attaches" on node2 "$XOVN" --pin "$PINS/other" attach ens3 --underlay
found "another xovn" 0 conflicts other_xovn "warning $PINS/other: *ens3*" --underlay ens3
if jq -e '.findings[] | select(.check == "tc_hook" and (.text | test("TCX links")))' \
	"$DIR/json" >/dev/null; then
	expect "and its programs" "warning ens3: *" "$(finding interfaces other_tc)"
else # one filter of ours is as another's
	skip "and its programs" "no TCX"
fi
check "goes" on node2 "$XOVN" --pin "$PINS/other" detach --all
on node2 ip link add ovs-system type bridge
found "Open vSwitch's datapath" 0 conflicts ovs_datapath "warning ovs-system: *"
on node2 sh -ec 'ip link set tap9 master ovs-system'
found "a NIC of Open vSwitch" 1 interfaces master "error tap9: is a port of Open vSwitch" \
	--localnet tap9:phyNet
on node2 ip link del ovs-system
spawn server node2 "$TOOLS/udpseq" recv 6081 >/dev/null
# shellcheck disable=SC2016 # expands in the namespace
until_true 20 on node2 sh -c '[ -n "$(ss -Hlun "sport = :6081")" ]'
found "UDP port 6081 is taken" 0 conflicts udp_6081 "warning -: UDP port 6081 is taken*"
kill "$server"
wait "$server" 2>/dev/null
on node1 "$XOVN" --pin "$PINS/node2" check --json >"$DIR/json" 2>/dev/null
expect "not in another network namespace" "" "$(finding conflicts udp_6081)"

# databases
found "unknown chassis" 1 chassis chassis "error node9: no such chassis*node1, node2, node3" \
	--nb "$NB" --placement "$PLACEMENT" --chassis node9
found "another host's chassis" 1 chassis encap_ip "error 192.168.209.110: *on no interface*" \
	--nb "$NB" --placement "$PLACEMENT" --chassis node1
on node2 ip addr add 192.168.209.112/32 dev br7
found "the address is on another interface" 0 chassis encap_ip \
	"warning 192.168.209.112: *on br7, not on the underlay ens3" \
	--nb "$NB" --placement "$PLACEMENT" --chassis node3 --underlay ens3
on node2 ip addr del 192.168.209.112/32 dev br7
found "a network that the NB does not have" 1 databases localnet "error noNet: *" \
	--nb "$NB" --localnet ens3:noNet
sed -n 2p "$NB" | jq -c '.name = "OVN_Southbound"' >"$DIR/sb.schema"
ovsdb-tool create "$DIR/sb.db" "$DIR/sb.schema"
found "another database" 1 databases nb "error $DIR/sb.db: *OVN_Southbound*" --nb "$DIR/sb.db"
head -c 3000 "$NB" >"$DIR/cut.db"
found "a damaged file" 1 databases nb "error $DIR/cut.db: *" --nb "$DIR/cut.db"
echo "other not-an-address" >"$DIR/odd"
found "a bad placement" 1 databases placement "error $DIR/odd: line 1*" --placement "$DIR/odd"
found "no server there" 1 databases nb "error unix:$DIR/none.sock: *" --nb "unix:$DIR/none.sock"
found "a server that never answers" 1 databases nb "error tcp:192.168.209.250:6641: *" \
	--nb tcp:192.168.209.250:6641
found "a server of something else" 1 databases sb "error unix:$DIR/nb.sock: *OVN_Southbound*" \
	--sb "unix:$DIR/nb.sock"
checked node2 --nb "unix:$DIR/nb.sock" --placement "$PLACEMENT" --chassis node2
expect "a server: exit code" 0 $?
expect "a server: its schema" "OVN_Northbound, schema [0-9]*.*" \
	"$(jq -r '.findings[] | select(.check == "nb").text' "$DIR/json")"
(cd "$DIR" && ca ours && ca theirs && signed ours server && signed ours client &&
	signed theirs stranger) >"$DIR/openssl.log" 2>&1 || die "$(cat "$DIR/openssl.log")"
cp "$NB" "$DIR/tls.db"
# shellcheck disable=SC2034 # net_down ends it
spawn tls_pid node2 ovsdb-server --no-chdir --unixctl="$DIR/tls.ctl" \
	--remote=pssl:6641:192.168.209.111 --private-key="$DIR/server.key" \
	--certificate="$DIR/server.pem" --ca-cert="$DIR/ours.pem" "$DIR/tls.db" >"$DIR/tls.log" 2>&1
until_true 20 listening node2 6641 || die "$(cat "$DIR/tls.log")"
# tls NAME EXIT PATTERN KEY CERTIFICATE CA: the whole of what is said
tls() {
	found "ssl: $1" "$2" databases nb "$3" --nb ssl:192.168.209.111:6641 --private-key "$DIR/$4" \
		--certificate "$DIR/$5" --ca-cert "$DIR/$6"
}
tls "as it should be" 0 "" client.key client.pem ours.pem
tls "no key" 1 "error ssl:*: private key $DIR/no.key: No such file*set-ssl KEY CERTIFICATE CA" \
	no.key client.pem ours.pem
tls "the server is a stranger" 1 "error ssl:*theirs.pem must be that of its CA" \
	client.key client.pem theirs.pem
tls "we are a stranger" 1 "error ssl:*must trust the CA of certificate $DIR/stranger.pem" \
	stranger.key stranger.pem ours.pem

# what xovn lacks, with each row
nb ls-add plain -- acl-add ls1 to-lport 1 ip4 drop -- acl-add ls1 to-lport 2 ip4 drop \
	-- acl-add ls2 to-lport 1 ip4 drop -- lsp-add plain p1 -- lsp-set-type p1 localport
found "features that xovn lacks" 0 features not_honoured "*warning ACL: 3 *switch ls[12], switch ls[12]*" \
	--nb "unix:$DIR/nb.sock"
expect "with their rows" "p1 1, switch ls1 2, switch ls2 1" \
	"$(jq -r '[.not_honoured[].rows[] | "\(.name) \(.count)"] | sort | join(", ")' "$DIR/json")"
for i in {1..7}; do
	nb ls-add "more$i" -- acl-add "more$i" to-lport 1 ip4 drop
done
found "more rows than a line has room for" 0 features not_honoured "*ACL: 10 *and 5 more rows, which --json has*" \
	--nb "unix:$DIR/nb.sock"
expect "--json has them" 9 "$(jq '.not_honoured[] | select(.what == "ACL").rows | length' "$DIR/json")"
nb lr-add edge -- lrp-add edge edge-out 02:00:00:00:00:e1 203.0.113.1/24 \
	-- lrp-set-gateway-chassis edge-out node1 -- lr-nat-add edge snat 203.0.113.9 10.0.0.0/8 \
	-- lb-add vip 203.0.113.8:80 10.0.0.1:80 -- lr-lb-add edge vip
found "a distributed gateway port" 0 features not_honoured "*distributed gateway port (G*: 1 *edge-out*" \
	--nb "unix:$DIR/nb.sock"
expect "what rests on it" "203.0.113.9 in router edge, vip in router edge" "$(jq -r \
	'[.not_honoured[] | select(.what | test(" of a distributed gateway port")).rows[].name] | join(", ")' \
	"$DIR/json")"
nb lsp-add ls1 nowhere -- lsp-set-addresses nowhere 02:00:00:00:00:99
found "a port that is placed nowhere" 0 databases network "warning *nowhere*" \
	--nb "unix:$DIR/nb.sock" --placement "$PLACEMENT" --chassis node2
nb lsp-add ls1 double -- lsp-set-addresses double 02:00:00:00:00:99
found "a network that a load refuses" 1 databases network "error *02:00:00:00:00:99*" \
	--nb "unix:$DIR/nb.sock" --placement "$PLACEMENT" --chassis node2

# xovn.conf
conf() {
	printf '[host]\npin = %s\n[snapshot]\nnb = %s\nplacement = %s\n' \
		"$PINS/node2" "$NB" "$PLACEMENT"
	printf '%s\n' "$@"
}
conf "chassis = node2" "underlay = ens3 native" "bind = vm1 ls1-vm1" "bind = gone0 nolsp" >"$DIR/conf"
checked node2 --config "$DIR/conf"
expect "xovn.conf: exit code" 0 $?
expect "xovn.conf: its mode" "native asked for" \
	"$(jq -r '.interfaces[] | "\(.mode) \(.reason)"' "$DIR/json")"
expect "xovn.conf: its bindings" "warning nolsp: the NB has no such port*warning gone0: no such interface*" \
	"$(finding config bind)"
expect "a veth in mode native" "warning ens3: *peer*" "$(finding interfaces offload)"
conf "chassis = node2" "colour = red" >"$DIR/conf"
found "xovn.conf: an unknown key" 1 config file "error $DIR/conf: line 7*colour*" --config "$DIR/conf"
conf >"$DIR/conf"
found "xovn.conf: no chassis" 1 config snapshot "error $DIR/conf: *chassis = NAME*" --config "$DIR/conf"
found "xovn.conf: there is none" 1 config file "error $DIR/absent: *" --config "$DIR/absent"
for words in "--localnet ens3" "--localnet :net" "--underlay" "--ct-max 1" "ens3" \
	"--sb a --placement b"; do
	# shellcheck disable=SC2086
	xovn node2 check $words >/dev/null 2>&1
	expect "usage: check $words" 2 $?
done

# the mode
as_attached ens3 "tc (auto: veth keeps segmentation offload*"
as_attached br7 "tc (auto: *no native XDP*"
as_attached tap9 "native (auto: driver tun takes native XDP)"
check "attach" xovn node2 attach ens3 --underlay
check "bind" xovn node2 bind vm1 ls1-vm1
on node2 ip link set vm1 mtu 1500
loaded=$(everything)
found "a guest whose MTU is too big" 0 interfaces guest_mtu "warning vm1: MTU 1500; 1 of 1*1442*" \
	--underlay ens3
conf "chassis = node2" "underlay = ens3 native" >"$DIR/conf"
found "attached in another mode than xovn.conf has" 0 interfaces mode "warning ens3: is attached in another mode*" \
	--config "$DIR/conf"
checked node2 --underlay ens3
expect "its own programs are nobody else's" "" "$(finding interfaces other_tc)"
expect "a loaded host is as it was" "" "$(diff <(echo "$loaded") <(everything))"
finish
