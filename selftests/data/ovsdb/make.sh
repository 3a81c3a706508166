#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes the database files of this folder anew, see README.
# usage: make.sh [DIR]    needs ovsdb-server, ovn-nbctl, ovn-sbctl, ovn-northd
set -eu
out=$(realpath "${1:-$(dirname "$0")}")
work=$(mktemp -d)
pids=()
finish() {
	for pid in ${pids[@]+"${pids[@]}"}; do
		kill "$pid" 2>/dev/null || true
	done
	rm -rf "$work"
}
trap finish EXIT
cd "$work"
schema=/usr/share/ovn/ovn-nb.ovsschema

# serve NAME [OPTION...]: the file NAME.db at NAME.sock
serve() {
	ovsdb-server --no-chdir --remote="punix:$work/$1.sock" \
		--unixctl="$work/$1.ctl" --log-file=/dev/null -vconsole:off \
		"${@:2}" "$1.db" &
	pids+=($!)
	for _ in {1..50}; do
		[ -S "$1.sock" ] && return
		sleep 0.1
	done
	return 1
}

nb() {
	ovn-nbctl --db="unix:$work/$db.sock" --no-leader-only "$@"
}

# Sets and maps that grow, shrink and change; rows that come and go.
history() {
	db=$1
	nb ls-add sw0 -- lsp-add sw0 p0 -- lsp-add sw0 p1
	nb lsp-set-addresses p0 "02:00:00:00:00:01 10.0.0.1" unknown
	nb lsp-set-addresses p0 "02:00:00:00:00:01 10.0.0.1" \
		"02:00:00:00:00:02 10.0.0.2 fd00::2"
	nb lsp-add sw0 p2 -- lsp-del p1
	nb lsp-set-port-security p2 "02:00:00:00:00:03 10.0.0.0/24"
	nb set Logical_Switch_Port p2 options:requested-chassis=node1 \
		options:requested-tnl-key=7
	nb set Logical_Switch_Port p2 options:requested-chassis=node2
	nb remove Logical_Switch_Port p2 options requested-tnl-key
	nb lsp-set-enabled p0 disabled
	nb lsp-set-enabled p0 enabled
	nb lsp-set-enabled p2 disabled
	nb lr-add r0 -- lrp-add r0 r0-sw0 02:00:00:00:00:0a 10.0.0.254/24
	nb set Logical_Router_Port r0-sw0 \
		networks='"10.0.0.254/24","10.0.1.254/24","fd00::1/64"'
	nb remove Logical_Router_Port r0-sw0 networks 10.0.1.254/24
	nb lr-route-add r0 0.0.0.0/0 10.0.0.1
	nb lr-route-add r0 10.9.0.0/16 discard
	nb lr-route-del r0 0.0.0.0/0
	nb ls-add sw1 -- lsp-add sw1 q0
	nb ls-del sw1
	nb acl-add sw0 to-lport 1000 tcp drop
	# the optional column comes, changes, goes
	nb set Logical_Router_Port r0-sw0 peer=one
	nb set Logical_Router_Port r0-sw0 peer=two
	nb clear Logical_Router_Port r0-sw0 peer
}

keep() { # NAME DATABASE [SERVER]: the file and what the server says of it
	ovsdb-client -f json dump "unix:$work/${3:-$1}.sock" "$2" \
		>"$out/$1-dump.json"
	cp "${3:-$1}.db" "$out/$1.db"
	chmod 644 "$out/$1.db" "$out/$1-dump.json"
}

ovsdb-tool create history.db $schema
serve history
history history
keep history OVN_Northbound

ovsdb-tool create full.db $schema
serve full --disable-file-column-diff
history full
keep full OVN_Northbound

ovsdb-tool -vconsole:off create-cluster cluster.db $schema unix:raft.sock
serve cluster
ovsdb-client -vconsole:off wait "unix:$work/cluster.sock" OVN_Northbound connected
history cluster
keep cluster OVN_Northbound
# A snapshot, and entries behind it.
ovs-appctl -t "$work/cluster.ctl" ovsdb-server/compact OVN_Northbound
nb lsp-add sw0 p3 -- lsp-set-addresses p3 unknown
nb lsp-del p0
keep compact OVN_Northbound cluster

ovsdb-tool -vconsole:off join-cluster joining.db OVN_Northbound unix:other.sock \
	unix:raft.sock
cp joining.db "$out/joining.db"
chmod 644 "$out/joining.db"

ovsdb-tool create sb.db /usr/share/ovn/ovn-sb.ovsschema
serve sb
ovn-northd -vconsole:off --ovnnb-db="unix:$work/history.sock" \
	--ovnsb-db="unix:$work/sb.sock" --unixctl="$work/northd.ctl" &
pids+=($!)
db=history
nb --wait=sb sync
sb() {
	ovn-sbctl --db="unix:$work/sb.sock" "$@"
}
sb chassis-add node1 geneve 192.0.2.1
sb chassis-add node2 geneve 192.0.2.2
sb chassis-add other vxlan 192.0.2.3
sb set Chassis node2 hostname=host2
sb lsp-bind p0 node2
# Only what is read: the flows would be 100 kB more.
kill "${pids[-1]}"
wait "${pids[-1]}" || true
unset 'pids[-1]'
for table in Logical_Flow Logical_DP_Group; do
	sb -- --all destroy $table
done
ovs-appctl -t "$work/sb.ctl" ovsdb-server/compact OVN_Southbound
keep sb OVN_Southbound
