#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I8, I11 on a gateway with SNAT and a load balancer: load, attach and detach of
# the external interface, killed and refused as on other hosts.  By turns in XDP
# and in TC; with FULL=1 in both.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
# load and answers are of this one
# shellcheck source=selftests/topo/fault.sh
. "$(dirname "$0")/fault.sh"

VIP=192.168.209.55
MOST=4
CALLS='[!s]*' # no "send": announcements, when the command is over

# answers: through SNAT, and from ext to the VIP
answers() {
	local out=0 served=0 pid
	on vm1 ping -q -n -c 1 -W $PATIENCE "$EXT" >/dev/null 2>&1 &
	pid=$!
	[[ $(on ext timeout $PATIENCE "$TOOLS/talk" ask $VIP $PORT -c 1 2>/dev/null) != vm[13]* ]] ||
		served=1
	! wait $pid || out=1
	echo "$out$served"
}

# has MAPS LINKS PROMISCUITY: what is different from that
# shellcheck disable=SC2317 # by name
has() {
	local links=$2
	[ "$MODE" != native ] || links=$(($2 * 2)) # one in TC, one in XDP
	"$1"
	links_are "$links"
	[ "$(on node1 ip -j -d link show ens9 | jq '.[].promiscuity')" = "$3" ] ||
		echo "ens9's promiscuity is not $3"
}

# shellcheck disable=SC2317 # all by name
{
	is_written() { unwritten "$NB"; }
	is_changed() { unwritten "$DIR/private.db"; }
	attached() { xovn node1 attach ens9 --localnet phyNet --mode "$MODE" >/dev/null 2>&1; }
	detached() { xovn node1 detach ens9 >/dev/null 2>&1; }
	before() { load "$NB" >/dev/null 2>&1; }
	has_two() { has is_written 2 1; }
	has_one() { has is_written 1 0; }
	any() { :; }
}

for MODE in ${FULL:+tc} native; do
	net_init
	net_up
	pristine node1
	NB=$DATA/snat/nb.db
	# shellcheck disable=SC2086
	check "$MODE: three hosts" xovn_up $NODES
	nb_server "$NB"
	servers vm1 vm3
	nb lb-add web $VIP:$PORT "${VM_IP[vm1]}:$PORT,${VM_IP[vm3]}:$PORT" tcp -- \
		lr-lb-add gw1 web
	cp "$DIR/private.db" "$DIR/base.db"
	NB=$DIR/base.db
	for HOST in node2 node3 node1; do
		check "$MODE: a load balancer" load "$NB"
	done
	# another SNAT address for others, another backend
	nb lr-nat-add gw1 snat 192.168.209.130 172.19.0.0/24 -- \
		lb-add other 192.168.209.56:$PORT "${VM_IP[vm2]}:$PORT" tcp -- \
		lr-lb-add gw1 other
	warm_gateway

	FINALLY=is_changed AFTER=11 EITHER=11
	survey "$MODE: load of more NAT and VIPs" before load --nb "$DIR/private.db" \
		--chassis node1 --placement "$PLACEMENT" --no-announce
	NOTHING=is_written DONE=is_changed
	refusals "$MODE: load of more NAT and VIPs" before load --nb "$DIR/private.db" \
		--chassis node1 --placement "$PLACEMENT" --no-announce
	before
	FINALLY=has_two EITHER="[01][01]"
	survey "$MODE: attach ens9" detached attach ens9 --localnet phyNet --mode "$MODE"
	FINALLY=has_one AFTER=00
	survey "$MODE: detach ens9" attached detach ens9
	NOTHING=has_one DONE=has_two
	refusals "$MODE: attach ens9" detached attach ens9 --localnet phyNet --mode "$MODE"
	NOTHING=any DONE=has_one
	refusals "$MODE: detach ens9" attached detach ens9
	check "$MODE: attach" attached
	expect "$MODE: and forwards" "" "$(settles 11)"
	gone node1
	net_down
done
echo "# $shots kills, $errors errors"
finish
