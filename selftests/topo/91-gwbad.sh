#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bad input about gateways, NAT and load balancers: one line that names the
# object, or a warning and OVN's behaviour where OVN accepts it.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
MODE=tc
VIP=192.168.209.55
tutorial
servers vm1 vm3
warm_gateway
state() { configured "$1" | jq 'del(.. | .neighbors?)'; }
before=$(state node1)
ping_start ext "${VM_IP[vm1]}"

# what a host without ens9 attached says
refused "attach: a network that the NB does not have" \
	"xovn: attach: *noNet*phyNet*" xovn node2 attach ens3 --localnet noNet
refused "attach: no such interface" "xovn: attach: *nope*" \
	xovn node1 attach nope --localnet phyNet
refused "attach: the same again" "xovn: attach: *ens9*already*" \
	xovn node1 attach ens9 --localnet phyNet
refused "attach: another interface for the network" "xovn: attach: *phyNet*ens9*" \
	xovn node1 attach ens3 --localnet phyNet
refused "attach: another mode for the same NIC" "xovn: attach: *ens3*mode*" \
	xovn node2 attach ens3 --localnet phyNet --mode native
refused "bind: an attached NIC" "xovn: bind: *ens3*" xovn node2 bind ens3 ls1-vm1
refused "ct: an unknown zone" "xovn: ct: *nowhere*" xovn node1 ct list --zone nowhere
for words in "attach ens9 --underlay --localnet phyNet" "ct" "ct forget" \
	"ct list --state asleep" "ct list --src here" "ct flush --sport 70000"; do
	# shellcheck disable=SC2086
	xovn node1 $words >/dev/null 2>&1
	expect "usage: xovn $words" 2 $?
done
for option in "--ct-max 3" "--ct-timeout TCP_ASLEEP=5" "--ct-timeout UDP=x"; do
	# shellcheck disable=SC2086
	load node1 "$NB" $option >/dev/null 2>&1
	expect "usage: load $option" 2 $?
done

bad() { # NAME PATTERN: what the private database holds is refused
	cp "$DIR/private.db" "$DIR/bad.db"
	refused "$1" "$2" load node1 "$DIR/bad.db"
}
fresh() { nb_server "$DATA/snat-router-lb/nb.db"; }
fresh
nat=$(nb --bare --columns _uuid list nat)
nb set nat "$nat" external_ip=192.168.209
bad "NAT: no address" "xovn: load: *NAT*gw1*external_ip*192.168.209*"
nb set nat "$nat" external_ip=$GW logical_ip=172.18/99
bad "NAT: no network" "xovn: load: *NAT*gw1*logical_ip*172.18/99*"
nb set nat "$nat" type=dnat_and_snat logical_ip=172.18.0.0/16
bad "NAT: a floating IP for a network" "xovn: load: *NAT*gw1*logical_ip*"
nb set nat "$nat" type=snat 'external_port_range="9-3"'
bad "NAT: a range of no port" "xovn: load: *NAT*gw1*external_port_range*9-3*"
fresh
nb set logical_router_port gw1-ls3 'mac="02:ac:10:ff:ff:02"' \
	-- lsp-set-addresses ls3-gw1 02:ac:10:ff:ff:02
bad "two router ports of a switch with one MAC" "xovn: load: *02:ac:10:ff:ff:02*"
expect "none of it changed anything" "" "$(diff <(echo "$before") <(state node1))"
expect "I8 none of it lost a packet" "0 of many" "$(ping_lost)"

# accepted, with a warning, as OVN does
warned() { # NAME PATTERN: and loaded
	local out
	cp "$DIR/private.db" "$DIR/odd.db"
	out=$(load node1 "$DIR/odd.db" 2>&1) || fail "$1 is accepted" "$out"
	expect "$1" "$2" "$(grep '^xovn: warning: ' <<<"$out")"
}
fresh
lb=$(nb --bare --columns _uuid list load_balancer)
nb set load_balancer "$lb" "vips={\"192.168.209\"=\"172.18.100.10\",\"$VIP\"=\"172.18.100.10\"}"
warned "a malformed VIP" "*VIP*192.168.209*"
expect "does not hurt the other" vm1 "$(answers ext $VIP -c 3)"
nb set load_balancer "$lb" "vips={\"$VIP\"=\"172.18.100\"}"
warned "a malformed backend" "*VIP*172.18.100*"
nb lr-nat-add router1 snat 172.18.100.1 172.18.200.0/24
warned "NAT on a router without a gateway chassis" "*NAT*router1*"
expect "which routes on" "2/2 ttl=63" "$(pings vm3 "${VM_IP[vm1]}" -c 2)"
fresh
nb set logical_router gw1 options:chassis=nowhere
warned "a gateway on a chassis that is not there" "*gw1*nowhere*"
expect "runs nowhere" "0/1*" "$(pings vm1 172.19.255.1 -c 1 -W 1)"
fresh
nb set load_balancer "$lb" "vips={\"$VIP\"=\"\"}"
check "a VIP without backends is accepted" reload_nb
count=$(drops node1 LB_NO_BACKEND)
expect "and silent" timeout "$(ask ext $VIP)"
at_least "I4 and counted" 1 $(($(drops node1 LB_NO_BACKEND) - count))
nb set load_balancer "$lb" options:reject=true
check "load reject=true" reload_nb
expect "then it refuses, tcp" refused "$(ask ext $VIP)"
expect "and udp" refused "$(ask ext $VIP -u)"
finish
