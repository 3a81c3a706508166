# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What tests of xovn monitor need: monitors in the background, frames that
# are dropped.

# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "${BASH_SOURCE[0]}")/gateway.sh"

UDP="$(ip4_header 001c 0000 11 ac12640a ac126414) 0001 0001 0008 0000"
SPOOFED="02ac10ff0020 02ac10ff0099 0800 $UDP"
TAGGED="02ac10ff0020 02ac10ff0010 8100 0005 0800 $UDP"
declare -A watcher
watcher_pid=

# watch NAME HOST OPTION...: a monitor, its events in $DIR/NAME
watch() {
	local name=$1 host=$2
	shift 2
	spawn watcher_pid "$host" "$XOVN" --pin "$PINS/$host" monitor "$@" \
		>"$DIR/$name" 2>"$DIR/$name.log"
	watcher[$name]=$watcher_pid
	until_true 10 grep -q listening "$DIR/$name.log"
}

unwatch() { # NAME [SIGNAL]
	kill "-${2:-INT}" "${watcher[$1]}" 2>/dev/null
	# bash's word for the killed is no part of a test's output
	wait "${watcher[$1]}" 2>/dev/null
}

# seen NAME FILTER: values of jq's FILTER, each with its number
seen() {
	jq -r "$2" "$DIR/$1" | sort | uniq -c | sed 's/^ *//' | paste -sd ';'
}

total() { # NAME [1|2|3]: events, lost, matched, of the last line on stderr
	sed -n 's/.*: \([0-9]*\) events*, \([0-9]*\) lost, of \([0-9]*\) .*/\1 \2 \3/p' \
		"$DIR/$1.log" | cut -d ' ' -f "${2:-1-}"
}

dropped() { # by node2, for whatever reason
	xovn node2 stats drops --json | jq '[.[].packets] | add // 0'
}

# shellcheck disable=SC2317 # called by until_true
dropped_all() { # SO MANY
	[ "$(dropped)" -ge "$1" ]
}

# from_vm1 N FRAME: frames to be dropped; all of them have been by then.
from_vm1() {
	local before
	before=$(dropped)
	on vm1 "$TOOLS/sendframe" eth0 -n "$1" "$2"
	until_true 20 dropped_all $((before + $1))
}
