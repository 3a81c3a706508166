# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What tests of xovn trace need: each trace is a row, of what is given and
# where it ends.

# shellcheck source=selftests/topo/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NEIGH=()
for at in "router1-ls1 vm1" "router1-ls1 vm2" "router1-ls2 vm3" \
	"router1-ls2 vm4" "gw1-outside ext"; do
	read -r lrp guest <<<"$at"
	NEIGH+=(--neigh "$lrp,${VM_IP[$guest]},${VM_MAC[$guest]}")
done
FROM_VM1="inport == \"ls1-vm1\" && eth.src == ${VM_MAC[vm1]} && ip4.src == ${VM_IP[vm1]}"
FROM_VM3="inport == \"ls2-vm3\" && eth.src == ${VM_MAC[vm3]} && ip4.src == ${VM_IP[vm3]}"
FROM_EXT="eth.src == ${VM_MAC[ext]} && ip4.src == ${VM_IP[ext]}"
R1=02:ac:10:ff:00:01 R2=02:ac:10:ff:10:01 GW1=02:0a:7f:18:01:02

# traced NB ARGUMENTS...: into $DIR/out, from a namespace of its own.
traced() {
	local nb=$1
	shift
	[ -e "$nb" ] || nb=$DATA/$nb/nb.db
	unshare -n "$XOVN" --pin "$PINS/none" trace --nb "$nb" \
		--placement "$PLACEMENT" --json "$@" >"$DIR/out" 2>"$DIR/err" ||
		cat "$DIR/err"
}

# "node3 vif ls1-vm2, node2 drop PORT_SEC_IN": the last trace's outputs
ends() {
	jq -r '.outputs | map([.chassis, .kind, .port // .reason // .to // empty] |
		join(" ")) | sort | join(", ")' "$DIR/out"
}

# ends_are NAME ENDS NB ARGUMENTS...
ends_are() {
	local name=$1 want=$2 said
	shift 2
	said=$(traced "$@")
	expect "$name" "$want" "${said:-$(ends)}"
}

frame() { # N: hex of output N of the last trace
	jq -r ".outputs[$1].packet" "$DIR/out"
}

# ip_fields HEX: "172.18.100.10 > 172.18.200.20 ttl=63"
ip_fields() {
	local h=$1 off=28 i text=
	for i in 24 26 28 30 32 34 36 38; do
		text+="$((16#${h:off+i:2}))"
		case $i in 30) text+=" > " ;; 38) ;; *) text+=. ;; esac
	done
	echo "$text ttl=$((16#${h:off+16:2}))"
}

# nb_with FILE OPERATIONS: a copy of the tutorial's NB with a change
nb_with() {
	cp "$NB" "$1"
	ovsdb-tool transact "$1" "[\"OVN_Northbound\", $2]" >"$DIR/said"
	! grep -q '"error"' "$DIR/said" || die "$(cat "$DIR/said")"
}
