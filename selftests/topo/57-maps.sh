#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# doc/maps.md: every pinned map has a section, every member and every word
# of its enums is explained there, and its example is an entry of a dump.
# The network is data/maps/nb.db, the dumps are the gateway's, or vm1's host's
# where the gateway has no entry.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"

NB=$DATA/maps/nb.db
LOAD_OPTIONS="--ct-max 64 --max-ports 64"
DOC=$TOP/doc/maps.md

# Something of everything that BPF writes.
use_the_network() {
	# shellcheck disable=SC2034 # net_down ends it
	local monitor_pid
	on vm1 ping -q -c 2 -i 0.2 -W 1 "${VM_IP[vm3]}" >/dev/null
	on ext ping -q -c 3 -i 0.2 -W 1 "${VM_IP[vm1]}" >/dev/null # learned, fdb, heard
	on vm1 ping -q -c 1 -s 3000 -W 1 "$EXT" >/dev/null         # frag
	# monitor, monitor_cpu, event
	spawn monitor_pid "$GATEWAY" "$XOVN" --pin "$PINS/$GATEWAY" monitor \
		--port gw1-ls3 >"$DIR/monitor.log" 2>&1
	until_true 10 grep -q listening "$DIR/monitor.log"
	on vm1 ping -q -c 1 -W 1 10.98.0.1 >/dev/null # drop, drop_at
	servers vm1 vm3
	on ext "$TOOLS/talk" ask 192.168.209.56 80 -p 20000 >/dev/null # affinity
	on vm1 ping -q -c 3 -i 0.2 -W 1 "$EXT" >/dev/null              # ct, with actions
	# upcall_hop: somebody seems to listen
	bpftool map update pinned "$PINS/$GATEWAY/upcall_ctl" key 0 0 0 0 \
		value 255 255 255 127 0 0 0 0
	on vm1 ping -q -c 1 -W 1 192.168.209.77 >/dev/null
}

# dump NODE MAP: as bpftool has it.  Of arrays of thousands only the entry
# that the document shows.
dump() {
	local file=$PINS/$1/$2 key
	case $2 in
	chassis | tunnel | heard | counter)
		key=$(sed -n "/^### $2\$/,/^### /s/^{\"key\":\([0-9]*\),.*/\1/p" "$DOC")
		# shellcheck disable=SC2046
		echo "[$(bpftool -j map lookup pinned "$file" key hex $(printf '%02x %02x 0 0' \
			$((key & 255)) $((key >> 8))))]"
		;;
	upcall) echo null ;; # a ring buffer
	*) bpftool -j map dump pinned "$file" ;;
	esac
}

# dumps: of every map, the gateway's, or of vm1's host where that is empty.
dumps() {
	local map text
	for map in $maps; do
		text=$(dump "$GATEWAY" "$map")
		[ "$text" != "[]" ] || text=$(dump "${VM_NODE[vm1]}" "$map")
		echo "{\"map\": \"$map\", \"dump\": $text}"
	done
}

# "MAP WORD" lines: all that the enums in keys and values can say, by BTF.
enum_words() {
	bpftool -j btf dump id "$(bpftool -j map show pinned \
		"$PINS/$GATEWAY/port" | jq .btf_id)" | jq -r '
		(reduce .types[] as $t ({}; .[$t.id | tostring] = $t)) as $all |
		def words: $all[tostring] | .values[]?.name,
			(.members[]?.type_id | words),
			(.type_id // empty | words);
		.types[] | select(.kind == "VAR") | .name as $map |
			$all[.type_id | tostring].members[]? |
			select(.name == "key" or .name == "value").type_id |
			words | select(endswith("_COUNT") | not) | "\($map) \(.)"'
}

# Bits have no BTF: "8 UNKNOWN" is what the document says of a
# PORT_F_UNKNOWN = 1 << 3.
check_bits() {
	local name bit text missing=
	text=$(tr -s '\n ' ' ' <"$DOC")
	while read -r name bit; do
		[[ $text == *" $((1 << bit)) $name"[!A-Z_]* ]] ||
			missing="$missing $((1 << bit)) $name"
	done < <(cat "$TOP"/include/{maps,l3,nat,ct}.h | tr -s '\n\t ' ' ' |
		grep -o '[A-Z]*_F_[A-Z0-9_]* = 1 << [0-9]*' |
		sed 's/^[A-Z]*_F_//; s/ = 1 << / /')
	expect "every bit of every flags is there" "" "$missing"
}

net_init
net_up
# shellcheck disable=SC2086
must "load, attach and bind" xovn_up $NODES
use_the_network
maps=$(find "$PINS/$GATEWAY" -type f -printf '%f\n' | grep -v '^prog_\|^link_' | sort)
enum_words >"$DIR/words"
at_least "words of enums" 100 "$(wc -l <"$DIR/words")"
dumps >"$DIR/dumps"
jq -n -r --rawfile doc "$DOC" --rawfile words "$DIR/words" \
	-f "$(dirname "$0")/maps.jq" "$DIR/dumps" >"$DIR/compared" 2>&1 ||
	fail "comparing the document with the dumps"
cat "$DIR/compared"
failures=$((failures + $(grep -c '^not ok' "$DIR/compared")))
check_bits
finish
