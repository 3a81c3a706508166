#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What runs the tests, on a tree of two: one that fails, one without an
# end that does not heed being told to.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"

net_init
mkdir -p "$DIR/tree/selftests/topo"
cp "$TOP/selftests/run" "$DIR/tree/selftests"
export ENDLESS=$DIR/endless
cat >"$DIR/tree/selftests/topo/10-fails.sh" <<-"EOF"
	#!/bin/sh
	echo "ok 1 - one"
	echo "not ok 2 - two"
	echo 1..2
	exit 1
EOF
cat >"$DIR/tree/selftests/topo/20-endless.sh" <<-"EOF"
	#!/bin/sh
	echo $$ >"$ENDLESS"
	echo "ok 1 - before"
	trap "" TERM
	exec sleep 10000
EOF
chmod +x "$DIR"/tree/selftests/topo/*

# runs NAME=VALUE: the lines of both tests and the sum
runs() {
	env -u XOVN_VM -u DEADLINE JOBS=2 LIMIT=100 "$1" \
		"$DIR/tree/selftests/run" topo/ | grep -v '^    '
}

expect "a deadline ends a test, and keeps what it said" \
	"topo/10-fails.sh: ok 1 - one
topo/10-fails.sh: not ok 2 - two
topo/20-endless.sh: ok 1 - before
topo/20-endless.sh: not ok - not done after ?(1)[0-9] seconds, 1 tests
failed: topo/10-fails.sh: 2 - two
failed: topo/20-endless.sh: not done after ?(1)[0-9] seconds, 1 tests
2 passed, 2 failed" "$(runs DEADLINE=$(($(date +%s) + 10)))"
expect "and so does a limit for each" "*not done after 7 seconds, 1 tests
2 passed, 2 failed" "$(runs LIMIT=7)"
# a VM's time may be up before
env -u DEADLINE XOVN_VM=none LIMIT=10000 "$DIR/tree/selftests/run" topo/20 \
	>"$DIR/vm" 2>&1 &
pid=$!
check "in a VM what a test says is there before it ends" \
	until_true 20 grep -x '== so far, topo/20-endless.sh: ok 1 - before' "$DIR/vm"
kill -KILL "$(cat "$DIR/endless")"
wait $pid
finish
