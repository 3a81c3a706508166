#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A live database against real servers: alone, restarted, a cluster whose
# leader dies, a relay.  ovsdbwatch prints what the client makes of it.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"

net_init
ns_add wire
export OVS_RUNDIR=$DIR
UNIX=unix:$DIR/s.sock
server_pid=
# shellcheck disable=SC2034 # net_down ends them
watch_pid=

schema() { # [COLUMN...]
	cat <<-EOF
		{"name": "Test", "version": "1.0.0", "tables": {"Thing": {"isRoot": true,
		 "columns": {"name": {"type": "string"}, "n": {"type": "integer"},
		  "tag": {"type": {"key": "integer", "min": 0, "max": 1}},
		  "words": {"type": {"key": "string", "min": 0, "max": "unlimited"}},
		  ${1:-}
		  "peers": {"type": {"key": {"type": "uuid", "refTable": "Thing",
		   "refType": "weak"}, "min": 0, "max": "unlimited"}},
		  "options": {"type": {"key": "string", "value": "string", "min": 0,
		   "max": "unlimited"}}},
		 "indexes": [["name"]]}}}
	EOF
}

# serve NAME ARGUMENTS...: an ovsdb-server, its pid in server_pid.
serve() {
	local name=$1
	shift
	spawn server_pid wire ovsdb-server --no-chdir --unixctl="$DIR/$name.ctl" \
		--log-file="$DIR/$name.log" "$@" >"$DIR/$name.out" 2>&1
	until_true 20 test -S "$DIR/$name.ctl" || die "$(cat "$DIR/$name.out")"
}

stop() { # PID [SIGNAL]
	kill -"${2:-TERM}" "$1"
	wait "$1" 2>/dev/null
}

# watch NAME REMOTES [OPTION...]
watch() {
	local name=$1 remotes=$2
	shift 2
	mkfifo "$DIR/$name.in"
	spawn watch_pid wire "$TOOLS/ovsdbwatch" -c "$DIR/$name.in" "$@" "$remotes" \
		Test Thing name=s n=i tag=i words=s peers=u options=m late=s \
		>>"$DIR/$name.said" 2>&1
}

say() { # NAME COMMAND
	echo "$2" >"$DIR/$1.in"
}

# heard NAME PATTERN: it says so, or has said so since forget.
heard() {
	until_true 15 grep -q -e "$2" "$DIR/$1.said" ||
		{ tail -n 20 "$DIR/$1.said"; return 1; }
}

forget() {
	: >"$DIR/$1.said"
}

# names NAME: the rows it has, and n.
names() {
	forget "$1"
	say "$1" rows
	heard "$1" '^rows ' >/dev/null
	sed -n 's/^row [^ ]* name=\([^ ]*\) n=\([^ ]*\) .*/\1=\2/p' "$DIR/$1.said" | sort | paste -s -d ' '
}

# dumped REMOTES: what the server has.
# shellcheck disable=SC2317 # called by agrees
dumped() {
	on wire ovsdb-client -f csv --no-headings dump "$1" Test Thing name n |
		awk -F, 'NF == 2 { print $2 "=" ($1 == 0 ? "" : $1) }' | sort |
		paste -s -d ' '
}

# agrees NAME REMOTES: the same rows, soon; who has lost his server may wait
# for 8 seconds before he tries the next.
# shellcheck disable=SC2317 # called by check, and until_true
same_rows() {
	[ "$(names "$1")" = "$(dumped "$2")" ]
}
# shellcheck disable=SC2317
agrees() {
	! until_true 20 same_rows "$@" || return 0
	echo "$1: $(names "$1")"
	echo "server: $(dumped "$2")"
	return 1
}

insert() { # NAME [N]
	echo "{\"op\": \"insert\", \"table\": \"Thing\", \"row\": {\"name\": \"$1\", \"n\": ${2:-0}}}"
}

update() { # NAME ROW
	echo "{\"op\": \"update\", \"table\": \"Thing\", \"where\": [[\"name\", \"==\", \"$1\"]], \"row\": $2}"
}

transact() { # REMOTES OPERATIONS
	on wire ovsdb-client --timeout=20 transact "$1" "[\"Test\", $2]"
}

alone() {
	schema >"$DIR/schema"
	ovsdb-tool create "$DIR/s.db" "$DIR/schema"
	serve s --remote=punix:"$DIR/s.sock" "$DIR/s.db"
	watch w "$UNIX" -p 1000
	check "connects" heard w "^status connected to $UNIX\$"
	check "an empty database has contents" heard w '^contents'
	check "transact" transact "$UNIX" "$(insert a 1), $(insert b 2)"
	check "a row comes" heard w '^insert .* name=a n=1 '
	check "and its neighbour" heard w '^insert .* name=b n=2 '
	transact "$UNIX" "$(update a '{"n": 0, "words": ["set", ["x", "y"]],
		"options": ["map", [["k", "v"], ["l", "w"]]], "tag": 7}')" >/dev/null
	check "a row changes" heard w '^new .* name=a n= tag=7 words=x,y peers= options=k:v,l:w late=$'
	transact "$UNIX" '{"op": "mutate", "table": "Thing", "where": [["name", "==", "a"]],
		"mutations": [["words", "insert", "z"], ["words", "delete", "x"],
		["options", "delete", ["set", ["k"]]]]}' >/dev/null
	check "differences are applied" heard w '^new .* name=a n= tag=7 words=y,z peers= options=l:w late=$'
	transact "$UNIX" '{"op": "delete", "table": "Thing", "where": [["name", "==", "b"]]}' >/dev/null
	check "a row goes" heard w '^delete .* name=b n=2 '
	check "the rows are the server's" agrees w "$UNIX"
}

transactions() {
	local column uuid uuids
	forget w
	say w "transact [$(insert c 3)]"
	check "a transaction of our own" heard w '^transaction success$'
	check "is in the rows by then" grep -q -B 5 '^insert .* name=c' "$DIR/w.said"
	say w "transact [$(insert c 3)]"
	check "what a constraint refuses is told" heard w '^transaction again: constraint violation: '
	say w "transact [$(update c '{"nosuch": 1}')]"
	check "what cannot be is an error" heard w '^transaction error: '
	transact "$UNIX" '{"op": "mutate", "table": "Thing", "where": [],
		"mutations": [["peers", "insert", ["set", [["named-uuid", "d"]]]]]},
		{"op": "insert", "table": "Thing", "uuid-name": "d", "row": {"name": "d"}}' >/dev/null
	heard w '^insert .* name=d' >/dev/null
	uuids=$(sed -n 's/^\(new\|insert\) \([^ ]*\) .*/\2/p' "$DIR/w.said" | sort -u)
	for uuid in $uuids; do
		for column in name n tag words peers options late; do
			forget w
			say w "verify $uuid $column [{\"op\": \"comment\", \"comment\": \"x\"}]"
			heard w '^transaction' >/dev/null
			echo "$column $(cat "$DIR/w.said")"
		done
	done >"$DIR/verified"
	at_least "verified values" 15 "$(grep -c success "$DIR/verified")"
	expect "each is the server's" "" "$(grep -v success "$DIR/verified")"
}

conditions() {
	forget w
	say w 'condition [["name", "==", "a"]]'
	check "a condition is answered" heard w '^conditions hold'
	check "other rows go" heard w '^delete .* name=c '
	expect "one stays" "a=" "$(names w)"
	transact "$UNIX" "$(insert e)" >/dev/null
	say w 'condition []'
	heard w '^conditions hold' >/dev/null
	expect "no clause, no row" "" "$(names w)"
	say w 'condition null'
	check "all rows" heard w '^insert .* name=e '
	check "as the server has them" agrees w "$UNIX"
}

locks() {
	watch k1 "$UNIX" -k the_lock
	check "a lock" heard k1 '^locked'
	watch k2 "$UNIX" -k the_lock
	heard k2 '^contents' >/dev/null
	say k2 "transact [$(insert locked)]"
	check "only one has it" heard k2 '^transaction again: the lock is not held'
	say k1 "transact [$(insert locked)]"
	check "who has it writes" heard k1 '^transaction success'
	say k1 quit
	check "the next gets it" heard k2 '^locked'
	say k2 quit
}

restarts() {
	stop "$server_pid"
	check "a server that goes is noticed" heard w "^status $UNIX: "
	forget w
	expect "its rows stay" "*a=*" "$(names w)"
	ovsdb-tool transact "$DIR/s.db" "[\"Test\", $(insert f 6)]" >/dev/null
	forget w
	serve s --remote=punix:"$DIR/s.sock" "$DIR/s.db"
	check "it comes back" heard w "^status connected to $UNIX\$"
	expect "what differs is all that is told" "insert f" \
		"$(sed -n 's/^\(insert\|delete\|new\) .* name=\([^ ]*\) .*/\1 \2/p' "$DIR/w.said")"
	check "the rows are the server's again" agrees w "$UNIX"

	ovs-appctl -t "$DIR/s.ctl" ovsdb-server/compact
	forget w
	transact "$UNIX" "$(insert g)" >/dev/null
	check "a compaction is nothing to notice" heard w '^insert .* name=g '

	schema '"late": {"type": "string"},' >"$DIR/late"
	forget w
	check "a conversion" on wire ovsdb-client convert "$UNIX" "$DIR/late"
	transact "$UNIX" "$(update a '{"late": "now"}')" >/dev/null
	check "a column that was not there" heard w '^new .* name=a .* late=now$'

	stop "$server_pid"
	rm "$DIR/s.db"
	ovsdb-tool create "$DIR/s.db" "$DIR/schema"
	forget w
	serve s --remote=punix:"$DIR/s.sock" "$DIR/s.db"
	check "an emptied database" heard w '^delete .* name=g '
	expect "has no rows" "" "$(names w)"
	stop "$server_pid"
	say w quit
}

declare -A MEMBER

member() { # N
	serve "c$1" --remote=ptcp:664"$1":127.0.0.1 "$DIR/c$1.db"
	MEMBER[$1]=$server_pid
}

leader() {
	local n
	for n in "${!MEMBER[@]}"; do
		ovs-appctl -t "$DIR/c$n.ctl" cluster/status Test 2>/dev/null |
			grep -q '^Role: leader' && echo "$n" && return
	done
	return 1
}

# inserted NAME N: once; where the answer was lost a second time cannot be.
# shellcheck disable=SC2317 # called by until_true
inserted() {
	local out
	out=$(transact "$ALL" "$(insert "$@")" 2>&1) || return 1
	[[ $out != *error* || $out == *"constraint violation"* ]]
}

cluster() {
	local n first=tcp:127.0.0.1:7641 i old
	ALL=tcp:127.0.0.1:6641,tcp:127.0.0.1:6642,tcp:127.0.0.1:6643
	ovsdb-tool create-cluster "$DIR/c1.db" "$DIR/schema" $first
	member 1
	for n in 2 3; do
		ovsdb-tool join-cluster "$DIR/c$n.db" Test tcp:127.0.0.1:764$n $first
		member $n
	done
	for n in 1 2 3; do
		on wire ovsdb-client --timeout=20 wait tcp:127.0.0.1:664$n Test connected \
			>/dev/null 2>&1
	done
	old=$(leader)
	watch l "$ALL" -l -p 1000
	check "the leader is found" heard l "^status connected to tcp:127.0.0.1:664$old (leader)"
	watch f "$ALL" -p 1000
	check "any member" heard f '^contents'
	serve r --remote=punix:"$DIR/r.sock" relay:Test:"$ALL"
	watch r "unix:$DIR/r.sock" -p 1000
	check "a relay" heard r '^contents'
	watch rl "unix:$DIR/r.sock" -l -p 1000
	check "a relay is no leader" heard rl '^status .*not the leader'
	say rl quit

	for i in {1..60}; do
		# no wait: the server writes while it is in flight
		[ "$i" != 20 ] || stop "${MEMBER[$old]}" KILL
		until_true 15 inserted "row$i" "$i"
	done
	unset "MEMBER[$old]"
	until_true 15 leader >/dev/null
	check "a new leader" heard l "^status connected to tcp:127.0.0.1:664[^$old] (leader)"
	for n in l f r; do
		check "$n: every row" agrees "$n" "$ALL"
		expect "$n: each once" 60 "$(names "$n" | wc -w)"
	done
	for n in l f r; do
		forget "$n"
		say "$n" "transact [$(insert "by_$n")]"
		check "$n: a transaction" heard "$n" '^transaction success$'
	done
	check "which all see" agrees f "$ALL"
	check "also behind the relay" agrees r "$ALL"
}

# What xovn load reads from a server is what it reads from the file.
loads() {
	local file=$DATA/gateway/nb.db load
	load="load --chassis node1 --placement $PLACEMENT --dry-run --json --nb"
	cp "$file" "$DIR/nb.db"
	serve nb --remote=ptcp:6641:127.0.0.1 --remote=punix:"$DIR/nb.sock" "$DIR/nb.db"
	# shellcheck disable=SC2086
	{
		xovn wire $load "$file" >"$DIR/want" 2>&1
		at_least "load from a file: lines" 10 "$(wc -l <"$DIR/want")"
		for from in tcp:127.0.0.1:6641 unix:"$DIR/nb.sock" tcp:127.0.0.1:1,tcp:127.0.0.1:6641; do
			expect "load from ${from%:/*}" "" \
				"$(xovn wire $load "$from" 2>&1 | diff "$DIR/want" -)"
		done
		refused "no server there" "xovn: load: tcp:127.0.0.1:1: *refused*" \
			xovn wire $load tcp:127.0.0.1:1
		refused "no such database" "xovn: load: tcp:127.0.0.1:6641: no database OVN_Southbound*" \
			xovn wire load --chassis node1 --dry-run --nb "$file" --sb tcp:127.0.0.1:6641
		refused "no server's name" "xovn: load: *tcp:*port*" xovn wire $load tcp:127.0.0.1:x
		refused "no certificates" "xovn: load: *ssl:127.0.0.1:6641*" \
			xovn wire $load ssl:127.0.0.1:6641
	}
	expect "trace from a server" "*ls1-vm1*" "$(xovn wire trace --nb "unix:$DIR/nb.sock" \
		--placement "$PLACEMENT" --inport ls1-vm1 \
		'eth.src == 02:ac:10:ff:00:10 && eth.dst == 02:ac:10:ff:00:20 && ip4' 2>&1)"
	stop "$server_pid"
}

loads
alone
transactions
conditions
locks
restarts
cluster
finish
