#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes nb.db, nb.backup and nb-dump.json of this folder anew: a network with
# all that a gateway router may have, by stock ovn-nbctl.  Rows get new uuids;
# model.txt, what test_nb_file wants to find, stays.
# usage: make.sh [DIR]    needs ovsdb-server, ovsdb-client, ovn-nbctl
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

# The schema is the first record of every database file.
sed -n 2p "$here/../base/nb.db" >"$work/schema"
ovsdb-tool create "$work/nb.db" "$work/schema"
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

# router_link SWITCH ROUTER_PORT: the switch's side of a router's port
router_link() {
	nb lsp-add "$1" "$1-$2" -- lsp-set-type "$1-$2" router \
		-- lsp-set-addresses "$1-$2" router \
		-- lsp-set-options "$1-$2" router-port="$2"
}

# an inside switch, two outside ones, each on a physical network
nb ls-add in -- lsp-add in vm1 -- lsp-add in vm2
nb lsp-set-addresses vm1 "02:00:00:00:00:01 10.0.0.11"
nb lsp-set-addresses vm2 "02:00:00:00:00:02 10.0.0.12"
nb ls-add out1 -- lsp-add out1 ln1 -- lsp-set-type ln1 localnet \
	-- lsp-set-addresses ln1 unknown -- lsp-set-options ln1 network_name=phys1
nb ls-add out2 -- lsp-add out2 ln2 "" 100 -- lsp-set-type ln2 localnet \
	-- lsp-set-addresses ln2 unknown \
	-- lsp-set-options ln2 network_name=phys2 ethtype=802.1ad \
	localnet_learn_fdb=true qos_max_rate=1000000
nb ls-add out3 -- lsp-add out3 ln3 -- lsp-set-type ln3 localnet \
	-- lsp-set-addresses ln3 unknown \
	-- lsp-set-options ln3 network_name=phys2 \
	-- set Logical_Switch_Port ln3 tag=200

nb lr-add gw
nb set Logical_Router gw options:chassis=node1 \
	options:mac_binding_age_threshold=300 \
	options:dnat_force_snat_ip=192.0.2.8 options:lb_force_snat_ip=router_ip
nb lrp-add gw gw-in 02:00:00:00:01:01 10.0.0.1/24
nb lrp-add gw gw-out1 02:00:00:00:01:02 192.0.2.1/24
nb lrp-add gw gw-out2 02:00:00:00:01:03 198.51.100.1/24
nb set Logical_Router_Port gw-in options:route_table=uplink2
router_link in gw-in
router_link out1 gw-out1
router_link out2 gw-out2
nb lsp-set-options out1-gw-out1 router-port=gw-out1 nat-addresses=router \
	exclude-lb-vips-from-garp=true
nb lsp-set-options out2-gw-out2 router-port=gw-out2 \
	nat-addresses="02:00:00:00:01:03 198.51.100.7 198.51.100.8"

# routes: ECMP, by source, in a table, discarded, without a next hop
nb lr-route-add gw 0.0.0.0/0 192.0.2.254
nb --ecmp lr-route-add gw 0.0.0.0/0 198.51.100.254 gw-out2
nb --ecmp lr-route-add gw 0.0.0.0/0 192.0.2.253
nb --policy=src-ip lr-route-add gw 10.0.0.128/25 198.51.100.254
nb --route-table=uplink2 lr-route-add gw 0.0.0.0/0 198.51.100.253
nb lr-route-add gw 203.0.113.0/24 discard
nb -- --id=@route create Logical_Router_Static_Route \
	ip_prefix=172.16.0.0/12 nexthop='""' output_port=gw-out1 \
	-- add Logical_Router gw static_routes @route >/dev/null
nb lr-route-add gw ::/0 fd00::254

# NAT
nb create Address_Set name=partners \
	addresses='"203.0.113.0/25","203.0.113.200"' >/dev/null
nb create Address_Set name=own addresses='"10.0.0.0/8"' >/dev/null
nb --portrange lr-nat-add gw snat 192.0.2.1 10.0.0.0/24 1024-65535
nb lr-nat-add gw snat 192.0.2.9 10.0.0.13
nb lr-nat-add gw dnat 192.0.2.10 10.0.0.11
nb --stateless lr-nat-add gw dnat_and_snat 192.0.2.11 10.0.0.12
nb lr-nat-add gw dnat_and_snat 192.0.2.12 10.0.0.14
nb --is-exempted lr-nat-update-ext-ip gw snat 10.0.0.0/24 own
nb lr-nat-update-ext-ip gw dnat 192.0.2.10 partners
nb lr-nat-add gw dnat_and_snat fd00::12 fd01::14

# load balancers
nb lb-add web 192.0.2.20:80 10.0.0.11:8080,10.0.0.12:8080
nb lb-add web 192.0.2.20:443 10.0.0.11:8443
nb set Load_Balancer web options:reject=true options:affinity_timeout=60 \
	options:hairpin_snat_ip=192.0.2.21 selection_fields=ip_src,ip_dst
nb lb-add dns 192.0.2.20:53 10.0.0.11:53,10.0.0.12:53 udp
nb set Load_Balancer dns options:skip_snat=true options:ct_flush=true \
	options:neighbor_responder=all
nb lb-add assoc 192.0.2.22:3868 10.0.0.11:3868 sctp
nb lb-add whole 192.0.2.23 10.0.0.11,10.0.0.12
nb create Load_Balancer name=empty vips:'"192.0.2.24:80"'='""' \
	options:neighbor_responder=none >/dev/null
nb lb-add six "[fd00::20]:80" "[fd01::11]:80"
group=$(nb create Load_Balancer_Group name=shared)
for lb in dns whole; do
	nb add Load_Balancer_Group "$group" load_balancer \
		"$(nb --bare --columns=_uuid find Load_Balancer name=$lb)"
done
nb add Logical_Router gw load_balancer_group "$group"
nb add Logical_Switch in load_balancer_group "$group"
for lb in web dns assoc empty six; do
	nb lr-lb-add gw $lb
done
nb ls-lb-add in assoc

ovsdb-client backup "unix:$work/nb.sock" OVN_Northbound >"$work/nb.backup"
ovsdb-client -f json dump "unix:$work/nb.sock" OVN_Northbound \
	>"$work/nb-dump.json"
install -m 644 "$work/nb.db" "$work/nb.backup" "$work/nb-dump.json" "$out"
