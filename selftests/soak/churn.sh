# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# One change after the other for a soak, each taken back later, and what it must
# bring about: a guest that comes must answer, and so must a route's target and
# a balancer's backends.  What does not stands in $DIR/wrong.

CHURN_VIP=192.168.209.56
CHURN_KINDS=(guest_add route_add backends nat_add switch_add address
	guest_del route_del backends nat_del switch_del enabled)

churn_begin() {
	: >"$DIR/wrong"
	nbctl lb-add soak $CHURN_VIP "${VM_IP[vm1]}" -- lr-lb-add gw1 soak
	nbctl lsp-add ls2 soak-idle -- lsp-set-addresses soak-idle \
		"02:ac:10:ff:10:77 172.18.200.77"
}

# churn STEP
churn() {
	local kind=${CHURN_KINDS[$(($1 % ${#CHURN_KINDS[@]}))]}
	echo "== $1 $kind $(date +%T)"
	"churn_$kind" "$1"
}

wrong() {
	echo "step $1: $2" >>"$DIR/wrong"
}

# A guest of ls1 on a host in turn, which must reach vm3 on another switch.
churn_guest_add() {
	local turn=$(($1 / ${#CHURN_KINDS[@]})) ip=172.18.100.33
	local node=node$((turn % 3 + 1)) mac=02:ac:10:ff:00:33
	CHURN_NODE=$node
	ns_add soak
	cable "$node" soak soak eth0 "$GUEST_MTU"
	on soak sh -ec "
		ip link set eth0 address $mac
		ip addr add $ip/24 dev eth0
		ip route add default via 172.18.100.1"
	nbctl lsp-add ls1 soak -- lsp-set-addresses soak "$mac $ip" \
		-- lsp-set-port-security soak "$mac $ip"
	vsctl "$node" --may-exist add-br br-int -- add-port br-int soak \
		-- set Interface soak external_ids:iface-id=soak
	until_true 15 on soak ping -q -c 1 -W 1 "${VM_IP[vm3]}" ||
		wrong "$1" "a new guest on $node does not reach vm3"
}

churn_guest_del() {
	vsctl "$CHURN_NODE" --if-exists del-port br-int soak
	nbctl --if-exists lsp-del soak
	ip netns del "$NET-soak"
}

churn_route_add() {
	nbctl --may-exist lr-route-add router1 10.99.0.0/16 172.19.255.1
	nbctl --may-exist lr-route-add router1 10.98.0.0/24 172.18.200.10
}

churn_route_del() {
	nbctl --if-exists lr-route-del router1 10.99.0.0/16
	nbctl --if-exists lr-route-del router1 10.98.0.0/24
}

churn_nat_add() {
	nbctl --may-exist lr-nat-add gw1 dnat_and_snat 192.168.209.130 172.18.200.77
}

churn_nat_del() {
	nbctl --if-exists lr-nat-del gw1 dnat_and_snat 192.168.209.130
}

# one, the other, both
churn_backends() {
	local turn=$(($1 / 6 % 3)) want list
	case $turn in
	0) list=${VM_IP[vm1]} want=vm1 ;;
	1) list=${VM_IP[vm3]} want=vm3 ;;
	2) list=${VM_IP[vm1]},${VM_IP[vm3]} want="vm[13]*" ;;
	esac
	nbctl --wait=hv set load_balancer soak "vips:\"$CHURN_VIP\"=\"$list\""
	# shellcheck disable=SC2053 # a pattern
	[[ $(answers ext $CHURN_VIP -c 3) == $want ]] ||
		wrong "$1" "$CHURN_VIP is not answered by $want"
}

churn_switch_add() {
	local n
	nbctl ls-add soak-ls -- lrp-add router1 soak-lrp 02:ac:10:ff:20:01 172.18.77.1/24 \
		-- lsp-add soak-ls soak-to-r -- lsp-set-type soak-to-r router \
		-- lsp-set-addresses soak-to-r router \
		-- lsp-set-options soak-to-r router-port=soak-lrp
	for n in {2..9}; do
		echo "-- lsp-add soak-ls soak-$n -- lsp-set-addresses soak-$n"
		echo "02:ac:10:ff:20:0$n\ 172.18.77.$n"
	done | xargs ip netns exec "$NET-$CENTRAL" env "OVN_RUNDIR=$DIR/$CENTRAL" \
		ovn-nbctl --timeout="$TOOL_LIMIT"
}

churn_switch_del() {
	nbctl --if-exists ls-del soak-ls -- --if-exists lrp-del soak-lrp
}

churn_address() {
	nbctl lsp-set-addresses soak-idle \
		"02:ac:10:ff:10:$((10 + $1 % 80)) 172.18.200.77"
}

churn_enabled() {
	nbctl lsp-set-enabled soak-idle disabled
	nbctl lsp-set-enabled soak-idle enabled
}

# churn_end: all of it taken back.
churn_end() {
	{
		[ ! -e "/run/netns/$NET-soak" ] || churn_guest_del
		churn_route_del
		churn_nat_del
		churn_switch_del
		nbctl set load_balancer soak "vips:\"$CHURN_VIP\"=\"${VM_IP[vm1]}\""
		nbctl lsp-set-addresses soak-idle "02:ac:10:ff:10:77 172.18.200.77"
	} >>"$DIR/churn.log" 2>&1
}
