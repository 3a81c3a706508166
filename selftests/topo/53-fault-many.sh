#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A change of so many entries that they are written many at once (I8): killed
# or refused at any call, it is completed, or taken back by whole.
# shellcheck source=selftests/topo/fault.sh
. "$(dirname "$0")/fault.sh"

# network NAME PORTS LBS: all else is the same
network() {
	PORTS=$2 SWITCHES=5 ROUTERS=2 LBS=$3 ROUTES=200 GATEWAYS=0 NATS=0 CHASSIS=4 \
		"$TOP/selftests/bench/nbgen" "$DIR/$1.db" "$DIR/placement"
	sed -i "s/^c0 /$HOST /" "$DIR/placement"
}
# shellcheck disable=SC2317 # by name
{
	few() { load "$DIR/few.db" >/dev/null 2>&1; }
	are_few() { unwritten "$DIR/few.db"; }
	are_many() { unwritten "$DIR/many.db"; }
}

net_init
ns_add $HOST
network few 20 2
network many 1500 200
PLACEMENT=$DIR/placement
PROBES=()
command=(load --nb "$DIR/many.db" --chassis "$HOST" --placement "$PLACEMENT" --no-announce)
check "a few ports" load "$DIR/few.db"

AFTER='' EITHER='' FINALLY=are_many
survey "load of many ports" few "${command[@]}"
NOTHING=are_few DONE=are_many
refusals "load of many ports" few "${command[@]}"

few
out=$(injected $HOST -m "bpf map_update vip" -n 1 -a -e ENOMEM "${command[@]}" 2>&1)
expect "I8 an entry that is refused singly, too" \
	"*/vip: change * of *: Cannot allocate memory; nothing was changed" "$out"
expect "I8 and all before it are taken back" "" "$(are_few)"
check "nothing is left of it" load "$DIR/many.db"
expect "and many ports are there" "" "$(are_many)"
less=$(load "$DIR/few.db")
expect "they go, many at once" "* removed (* map writes)" "$less"
expect "and few are left" "" "$(are_few)"
check "detach" xovn $HOST detach --all
finish
