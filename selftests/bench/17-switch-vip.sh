#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# From a guest to a switch's load balancer, whose backend is a guest of another
# host, beside kernel VXLAN with routes and nftables DNAT at the guest's host:
# 64-byte UDP of known connections and of new ones, TCP streams, and the time of
# a request and its answer.  What the balancer costs is seen beside the same
# without it.
# shellcheck source=selftests/bench/pair.sh
. "$(dirname "$0")/pair.sh"
BEDS="routed vip vxroute vxdnat"
PEERS="routed vxdnat"
STREAMS=${STREAMS:-4}
NEW=${NEW:-10000} # each round has source ports of its own
VIP=10.96.0.1
PORTS="80 5201 7002"

pair_vip() { # BED: as routed, with a load balancer of the near switch
	local port
	nb_server "$DATA/base/nb.db"
	for port in $PORTS; do
		nb lb-add "web$port" "$VIP:$port" "${VM_IP[vm3]}:$port" tcp \
			-- ls-lb-add ls1 "web$port" \
			-- lb-add "talk$port" "$VIP:$port" "${VM_IP[vm3]}:$port" udp \
			-- ls-lb-add ls1 "talk$port"
	done
	cp "$DIR/private.db" "$DIR/vip.db"
	NB_FILE=$DIR/vip.db pair_routed "$1" --ct-max 262144
}

pair_vxdnat() { # BED
	pair_vxroute "$1"
	on "$1-h1" nft -f - <<-END
		table ip nat {
			chain pre {
				type nat hook prerouting priority dstnat
				ip daddr $VIP meta l4proto { tcp, udp } \
				th dport { ${PORTS// /, } } dnat to ${VM_IP[vm3]}
			}
		}
	END
}

# vip_flows BED FIRST N [PORT]: by source ports from FIRST
vip_flows() {
	awk -v n="$3" -v from=$NEAR -v to="${TO[$1]}" -v p="$2" -v port="${4:-80}" \
		'BEGIN { for (i = 0; i < n; i++) print from, p + i, to, port }' \
		>"$DIR/$1.flows"
}

# packets BED NAME OPTION...: of its flows
packets() {
	pair_send "$1" "$DIR/$1.flows" "${@:3}" --sink "$PINS/$1-out" |
		tee -a "$DIR/log" | mpps >>"$DIR/$1.$2"
}

declare -A TO # what vm1 asks
[ $((2000 + NEW * ROUNDS)) -le 64000 ] || die "$ROUNDS rounds of NEW=$NEW want more source ports than there are"
pair_up "$BEDS"
for bed in $BEDS; do
	TO[$bed]=${FAR[$bed]}
	case $bed in vip | vxdnat) TO[$bed]=$VIP ;; esac
	pair_sink "$bed" || die "no sink on $bed"
	# every page of the tables has been in use once: a hypervisor may make
	# the first time dear
	for port in 5201 7002; do
		vip_flows "$bed" 1024 60000 $port
		pair_send "$bed" "$DIR/$bed.flows" --count 60000 >/dev/null
	done
done
for ((round = 0; round < ROUNDS; round++)); do
	for bed in $BEDS; do
		vip_flows "$bed" $((2000 + NEW * round)) "$NEW"
		packets "$bed" new --count "$NEW"
		vip_flows "$bed" 64000 1000
		packets "$bed" known --seconds "$SECONDS_EACH"
	done
done
figures new "first packets of flows" "Mpps of one CPU" more "$BEDS" "$PEERS"
figures known "packets of 1000 known flows" "Mpps of one CPU" more "$BEDS" "$PEERS"
lost
for bed in $BEDS; do rm -rf "$PINS/$bed-out"; done

for bed in $BEDS; do : >"$DIR/$bed.tcp"; done
for ((round = 0; round < ROUNDS; round++)); do
	for bed in $BEDS; do
		stream "$bed-vm1" "$bed-vm2" "${TO[$bed]}" "$STREAMS" >>"$DIR/$bed.tcp"
		requests "$bed-vm1" "$bed-vm2" "${TO[$bed]}" "${FAR[$bed]}" \
			>>"$DIR/$bed.requests"
	done
done
figures tcp "TCP, $STREAMS streams, veth underlay" "Gb/s per CPU" more "$BEDS" "$PEERS"
request_figures "a request and its answer by TCP" "$BEDS" "$PEERS"
