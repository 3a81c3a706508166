#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What one guest's other address costs in networks of 12, 1,000 and 10,000 ports
# (SIZES="... 100000" where there are some GiB and minutes): from ovn-nbctl's
# start until it is in the maps of xovn's host, or in the flow tables of a stock
# one (userspace datapath), with the entries that are written for it and the CPU
# that the host's daemons take.  By 72-live-scale, the changes of one host after
# those of the other.
# shellcheck source=selftests/bench/livebed.sh
. "$(dirname "$0")/livebed.sh"
# shellcheck source=selftests/bench/figures.sh
. "$(dirname "$0")/figures.sh"
SIZES=${SIZES:-"12 1000 10000"}
export ROUNDS=1 CHANGES=${CHANGES:-10} SORTS="sync address"
DIR=$(mktemp -d "${TMPDIR:-/tmp}/xovn-change.XXXXXX") || exit 1
trap 'rm -rf "$DIR"' EXIT
export CHANGES_TO=$DIR
status=0
# column N NAME: of what each change took, into $DIR/KIND-PORTS.NAME
column() {
	local kind
	for kind in $BED_KINDS; do
		awk -v n="$1" '{ print $n }' "$DIR/change.$kind.address" >"$DIR/$kind-$ports.$2"
	done
}
for ports in $SIZES; do
	export SWITCHES PORTS FAN VIFS CHASSIS
	case $ports in
	12) SWITCHES=3 PORTS=4 FAN=1 VIFS=3 CHASSIS=3 ;;
	1000) SWITCHES=50 PORTS=20 FAN=10 VIFS=20 CHASSIS=20 ;;
	10000) SWITCHES=500 PORTS=20 FAN=10 VIFS=20 CHASSIS=20 ;;
	100000) SWITCHES=1000 PORTS=100 FAN=10 VIFS=20 CHASSIS=20 ;;
	*)
		echo "73-live-change.sh: SIZES: $ports is none of 12, 1000, 10000, 100000" >&2
		exit 1
		;;
	esac
	if ! "$(dirname "$0")/72-live-scale.sh" >"$DIR/out" 2>&1; then
		cat "$DIR/out" >&2
		status=1
		continue
	fi
	# shellcheck disable=SC2086
	beds=$(printf "%s-$ports " $BED_KINDS)
	column 4 written
	column 3 entries
	column 1 cpu
	figures written "$ports ports: until it is in place" ms less "$beds" "stock-$ports"
	figures entries "... map entries or flows written" entries less "$beds" "stock-$ports"
	figures cpu "... CPU of the host's daemons" ms less "$beds" "stock-$ports"
done
exit $status
