#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes nb.db of this folder anew: the tutorial's network with something for
# every map in it, so that doc/maps.md has an example of each.  Rows that it
# adds get new uuids, and so new keys and ids: the examples must follow.
# usage: make.sh [DIR]    needs ovsdb-server, ovn-nbctl
set -eu
here=$(realpath "$(dirname "$0")")
out=$(realpath "${1:-$here}")
work=$(mktemp -d)
pid=
finish() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT
export OVS_RUNDIR=$work OVN_RUNDIR=$work

cp "$here/../switch-lb/nb.db" "$work/nb.db"
ovsdb-server --no-chdir --remote="punix:$work/nb.sock" \
	--unixctl="$work/nb.ctl" --log-file=/dev/null -vconsole:off \
	"$work/nb.db" &
pid=$!
for _ in {1..50}; do
	[ -S "$work/nb.sock" ] && break
	sleep 0.1
done

nb() {
	ovn-nbctl --db="unix:$work/nb.sock" "$@"
}

# port_sec, nd, fdb
nb lsp-set-port-security ls1-vm1 "02:ac:10:ff:00:10 172.18.100.10"
nb lsp-set-addresses ls1-vm2 "02:ac:10:ff:00:20 172.18.100.20 fd00:100::20"
nb lsp-set-options outside-localnet network_name=phyNet localnet_learn_fdb=true

# ecmp, route_src, router, a discard route
nb --ecmp lr-route-add gw1 10.99.0.0/16 192.168.209.161
nb --ecmp lr-route-add gw1 10.99.0.0/16 192.168.209.162
nb --policy=src-ip lr-route-add gw1 172.18.200.20/32 192.168.209.161
nb lr-route-add gw1 10.98.0.0/16 discard
nb set Logical_Router gw1 options:lb_force_snat_ip=router_ip \
	options:mac_binding_age_threshold=60

# nat, nat_set, affinity
nb create Address_Set name=partners addresses='"10.8.0.0/16"' >/dev/null
nb lr-nat-add gw1 dnat_and_snat 192.168.209.57 172.18.100.20
nb lr-nat-add gw1 snat 192.168.209.58 172.18.200.0/24
nb --is-exempted lr-nat-update-ext-ip gw1 snat 172.18.200.0/24 partners
nb lb-add web 192.168.209.56:80 172.18.100.10:8000,172.18.200.10:8000
nb set Load_Balancer web options:affinity_timeout=60
nb lr-lb-add gw1 web

# one record that holds the rows as they are now
ovs-appctl -t "$work/nb.ctl" ovsdb-server/compact
install -m 644 "$work/nb.db" "$out"
