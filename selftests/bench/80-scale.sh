#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a large network costs the loader (nbgen): a load into a kernel that has
# nothing, another of the same, and one after the address of one guest has
# changed.  Of networks of 10, 1,000 and 100,000 ports, which take turns, so
# that it is seen how it grows.  With FULL=1 also of networks of 100 ports and
# 10,000 VIPs of 100 backends each, a million entries, beside 10 of these.
#
# Seconds of CPU, user's and the kernel's, of both processes of a load and their
# threads: the machine's other work is not in them.  By the clock it is less, where
# there are CPUs for the threads.  The first load is shown beside that of
# 10 ports, which is the kernel's check of the programs and the making of maps
# of the same size.
# shellcheck source=selftests/bench/bed.sh
. "$(dirname "$0")/bed.sh"
SIZES=${SIZES:-"10 1000 100000"}
VIPS_SIZES=${VIPS_SIZES-${FULL:+vips-10 vips-10000}}
MAX_PORTS=${MAX_PORTS:-120000}
ROUNDS=${ROUNDS:-3}
HERE=$TOP/selftests/bench

# network N: a switch of 100 ports or fewer, a router of 10 switches; load
# balancers, routes and NAT rules as many as a tenth of the ports
network() {
	local n=$1 changed
	for changed in 0 1; do
		PORTS=$n SWITCHES=$(((n + 99) / 100)) ROUTERS=$(((n + 999) / 1000)) \
			LBS=$(((n + 9) / 10)) ROUTES=$((n / 10)) NATS=$((n / 10)) \
			GATEWAYS=$(((n + 9999) / 10000)) CHASSIS=$(((n + 99) / 100 + 1)) \
			CHANGED=$changed "$HERE/nbgen" "$DIR/$n.$changed.db" "$DIR/$n.placement" ||
			die "cannot make a network of $n ports"
	done
}

# vips_network vips-N: its maps are to hold 256 entries of maglev for each VIP
vips_network() {
	local changed
	for changed in 0 1; do
		PORTS=100 SWITCHES=2 ROUTERS=1 ROUTES=0 NATS=0 GATEWAYS=0 CHASSIS=2 \
			LBS=${1#vips-} BACKENDS=100 CHANGED=$changed \
			"$HERE/nbgen" "$DIR/$1.$changed.db" "$DIR/$1.placement" ||
			die "cannot make a network of ${1#vips-} VIPs"
	done
}

# measure N CHANGED NAME: appends to $DIR/N.NAME-cpu, -ms, -mib and -writes
measure() {
	local bed=$1 max=$MAX_PORTS
	[[ $bed != vips-* ]] || max=640000
	xovn host load --nb "$DIR/$bed.$2.db" --placement "$DIR/$bed.placement" \
		--chassis c0 --max-ports "$max" --ct-max 65536 --no-announce \
		--json >"$DIR/out" 2>"$DIR/err" || die "$(cat "$DIR/err")"
	awk '$1 == "time" { print $2 + $3 >cpu; print 1000 * $4 >ms; print $5 / 1024 >mib }' \
		cpu="$DIR/cpu" ms="$DIR/ms" mib="$DIR/mib" "$DIR/time"
	for x in cpu ms mib; do
		cat "$DIR/$x" >>"$DIR/$bed.$3-$x"
	done
	jq .map_writes "$DIR/out" >>"$DIR/$bed.$3-writes"
}

net_init
ns_add host
# a load that is a child of time(1)
XOVN=$DIR/timed
cat >"$XOVN" <<END
#!/bin/sh
exec /usr/bin/time -o "$DIR/time" -f 'time %U %S %e %M' "$TOP/build/xovn" "\$@"
END
chmod +x "$XOVN"
for n in $SIZES; do network "$n"; done
for n in $VIPS_SIZES; do vips_network "$n"; done
for ((round = 0; round < ROUNDS; round++)); do
	for n in $SIZES $VIPS_SIZES; do
		measure "$n" 0 first
		measure "$n" 0 again
		measure "$n" 1 change
		measure "$n" 0 change
		xovn host stats maps --json | jq '[.[].bytes] | add / 1048576' \
			>>"$DIR/$n.maps-mib"
		xovn host detach --all >/dev/null
	done
done

# loads SIZES: figures of them
loads() {
	local small=${1%% *}
	figures first-cpu "load into an empty kernel" "CPU seconds" less "$1" "$small"
	figures again-cpu "load of the same again" "CPU seconds" less "$1" "$small"
	figures change-cpu "load after one guest's address has changed" \
		"CPU seconds" less "$1" "$small"
	figures first-ms "load into an empty kernel, by the clock" "ms" less "$1" ""
	figures again-ms "load of the same again, by the clock" "ms" less "$1" ""
	figures change-ms "load after one guest's address has changed, by the clock" \
		"ms" less "$1" ""
	figures first-mib "resident memory at most, of a load" "MiB" less "$1" ""
	figures again-mib "resident memory at most, of a load of the same" "MiB" less \
		"$1" ""
	figures maps-mib "memory of the maps" "MiB" less "$1" ""
	figures first-writes "map writes of the first load" "entries" less "$1" ""
	figures change-writes "map writes for one guest's address" "entries" less "$1" ""
	figures again-writes "map writes of a load of the same" "entries" less "$1" ""
}

loads "$SIZES"
[ -z "$VIPS_SIZES" ] || loads "$VIPS_SIZES"
