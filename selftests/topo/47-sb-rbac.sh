#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A Southbound database that lets a chassis write, by its certificate's name,
# only what ovn-northd's role ovn-controller allows.
# shellcheck source=selftests/topo/sb.sh
. "$(dirname "$0")/sb.sh"
# shellcheck source=selftests/topo/pki.sh
. "$(dirname "$0")/pki.sh"

# permission TABLE COLUMN INSERT UPDATE: a clause of the role, as ovn-northd
# of OVN 23.03 makes it.
permission() {
	permissions+=(-- "--id=@$1" create RBAC_Permission "table=$1"
		"authorization=$2" "insert_delete=$3" "update=$4")
	role+=("permissions:$1=@$1")
}

# shellcheck disable=SC2317 # until_true calls them
{
	numbered() { # NB_CFG
		[ "$(get Chassis_Private nb_cfg)" = "$1" ]
	}

	neighbors() { # N
		[ "$(get MAC_Binding ip | wc -l)" = "$1" ]
	}
}

(cd "$DIR" && ca ca && signed ca server server && signed ca n1 n1) \
	>"$DIR/openssl.log" 2>&1
[ -s "$DIR/n1.pem" ] || die "$(cat "$DIR/openssl.log")"
sb_server . --remote=db:OVN_Southbound,SB_Global,connections \
	--private-key="$DIR/server.key" --certificate="$DIR/server.pem" \
	--ca-cert="$DIR/ca.pem"
network
permissions=() role=()
permission Chassis name true \
	nb_cfg,external_ids,encaps,vtep_logical_switches,other_config,transport_zones
permission Chassis_Private name true \
	nb_cfg,nb_cfg_timestamp,chassis,external_ids
permission Encap chassis_name true type,options,ip
permission Port_Binding '""' false \
	chassis,additional_chassis,encap,additional_encap,up,virtual_parent,options
permission MAC_Binding '""' true logical_port,ip,mac,datapath,timestamp
permission FDB '""' true dp_key,mac,port_key
sb "${permissions[@]:1}" -- create RBAC_Role name=ovn-controller "${role[@]}" \
	-- --id=@c create Connection target='"pssl:6642:127.0.0.1"' \
	role=ovn-controller -- set SB_Global . connections=@c >/dev/null
check "the server listens" until_true 20 listening wire 6642

host h1 ssl:127.0.0.1:6642 "$DIR/n1.key" "$DIR/n1.pem" "$DIR/ca.pem"
tell h1 vif p1
tell h1 vif p2
sb set Port_Binding p2 options:requested-chassis='"elsewhere,n1"'
tell h1 nbcfg 4
tell h1 chassis n1 host1 192.0.2.1
settle h1
tell h1 installed yes
tell h1 neighbor 3 1 10.0.0.9 02:00:00:00:00:09
tell h1 fdb 1 2 02:00:00:00:00:99
settle h1
expect "registers" "n1 n1 4" \
	"$(get Chassis name) $(get Chassis_Private name) $(get Chassis_Private nb_cfg)"
expect "claims" "n1 true" "$(port p1)"
expect "is an additional chassis" "$(uuid_of Chassis n1)" \
	"$(get Port_Binding additional_chassis logical_port=p2)"
expect "teaches" "02:00:00:00:00:09 02:00:00:00:00:99" \
	"$(get MAC_Binding mac) $(get FDB mac)"
tell h1 neighbor 3 1 10.0.0.9 02:00:00:00:00:0a
tell h1 fdb 1 1 02:00:00:00:00:99
tell h1 mappings phy:br-eth2
settle h1
expect "changes" "02:00:00:00:00:0a 1 phy:br-eth2" \
	"$(get MAC_Binding mac) $(get FDB port_key) $(sb get Chassis n1 other_config:ovn-bridge-mappings | tr -d '"')"
expect "no complaint" "" "$(cat "$DIR/h1.log")"

# hostname is none of a chassis' columns
tell h1 chassis n1 host2 192.0.2.1
tell h1 nbcfg 5
check "nb_cfg goes on where something else is refused" \
	until_true 30 numbered 5
check "which is said" until_true 30 grep -q 'SB: chassis n1: .*permission' \
	"$DIR/h1.log"
tell h1 chassis n1 host1 192.0.2.1
settle h1
expect "once" 1 "$(wc -l <"$DIR/h1.log")"

# A row of which only this is refused: halves find it.
sb set RBAC_Permission "$(sb --bare --no-headings --columns=_uuid find \
	RBAC_Permission table=FDB)" update='dp_key,mac'
tell h1 fdb 1 2 02:00:00:00:00:99
tell h1 neighbor 3 1 10.0.0.10 02:00:00:00:00:10
tell h1 neighbor 3 1 10.0.0.11 02:00:00:00:00:11
check "what is allowed does not wait for what is not" until_true 30 \
	neighbors 3
expect "which is not" 1 "$(get FDB port_key)"
check "and said" until_true 30 grep -q 'SB: learned MAC .*:99: ' "$DIR/h1.log"

expect "release" released "$(ask h1 release)"
expect "nothing is left" "  false" \
	"$(get Chassis name) $(get Chassis_Private name)$(port p1)"
finish
