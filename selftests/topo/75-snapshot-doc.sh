#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# doc/snapshot.md typed as it stands, on two hosts: the network without a
# server, the placement file, the five commands.  Only the schema comes from a
# file of ours instead of a package.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
PAGE=${PAGE:-$TOP/doc/snapshot.md}

# block WORD: the block of code with that word
block() {
	awk -v word="$1" '
		/^```/ { if (code && index(text, word)) printf "%s", text
			code = !code; text = ""; next }
		code { text = text $0 "\n" }' "$PAGE"
}

# typed HOST TEXT: at that host's prompt
# shellcheck disable=SC2317 # check calls it
typed() {
	on "$1" env PINS="$PINS/$1" XOVN="$XOVN" bash -euc "
		xovn() { \"\$XOVN\" --pin \"\$PINS\" \"\$@\"; }
		cd '$DIR/try'
		$2"
}

# mine NODE: the page's text for that host, which is host-a or host-b
mine() {
	if [ "$1" = node2 ]; then cat; else sed 's/host-a/host-b/; s/ls1-vm1/ls1-vm2/'; fi
}

net_init
VMS='' net_up
mkdir "$DIR/try"
sed -n 2p "$DATA/base/nb.db" >"$DIR/try/ovn-nb.ovsschema"
make_nb=$(block 'ovsdb-tool create' | sed '1,/ovn-nb.ovsschema$/d')
check "a database without a server" typed wire "$make_nb"
until_true 20 test ! -e "$DIR/try/nb.pid"
# both guests on one host; here they are on two
expect "a placement file" "host-a 192.168.209.111 ls1-vm1 ls1-vm2" \
	"$(cat "$DIR/try/placement")"
block 'encap-ip' >"$DIR/try/placement"

for vm in vm1 vm2; do
	node=node2
	[ $vm = vm1 ] || node=node3
	ns_add $vm
	cable $node tap0 $vm eth0 "$GUEST_MTU"
	guest_address $vm
	commands=$(block 'xovn bind tap0' | mine $node)
	expect "commands on $node" 5 "$(wc -l <<<"$commands")"
	while read -r line; do
		check "$node# $line" typed $node "$line"
	done <<<"$commands"
done
expect "vm1 reaches vm2, from the first packet on" "3/3 ttl=64" \
	"$(pings vm1 "${VM_IP[vm2]}" -c 3)"
expect "nothing is dropped" "no packet was dropped" "$(xovn node2 stats drops)"
for node in node2 node3; do
	check "$node: detach --all" xovn $node detach --all
done
finish
