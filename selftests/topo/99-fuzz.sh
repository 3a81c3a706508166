#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What strangers' bytes reach first, by libFuzzer, a short time each, always with
# the same seed: what new seeds find is for `make fuzz`.  An input that
# fails stays in build/fuzz, under the name that stands beside "not ok".
set -u
cd "$(dirname "$0")/../.." || exit 1
export TIME=${FUZZ_TIME:-60} # seconds for one target, two at a time
export SEED=${SEED:-1}
OUT=$(mktemp -d "${TMPDIR:-/tmp}/xovn-fuzz.XXXXXX") || exit 1
export OUT
pids=()
# shellcheck disable=SC2317 # the trap calls it
finish() {
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null
	wait
	rm -rf "$OUT"
}
trap finish EXIT
trap 'exit 143' TERM INT HUP

targets=()
for c in selftests/fuzz/*.c; do
	targets+=("$(basename "$c" .c)")
done
echo "1..${#targets[@]}"
if [ ! -x "build/fuzz/${targets[0]}" ]; then
	for t in "${targets[@]}"; do
		echo "ok - $t # SKIP it is not built: make build-fuzz"
	done
	exit 0
fi

# Every second target, one behind the other.
half() {
	local i pid
	# its group: the shell and libFuzzer
	trap 'kill -- "-$pid" 2>/dev/null; exit 143' TERM
	for ((i = $1; i < ${#targets[@]}; i += 2)); do
		setsid selftests/fuzz/run "${targets[i]}" >"$OUT/${targets[i]}.tap" &
		pid=$!
		wait "$pid"
	done
}
half 0 &
pids+=($!)
half 1 &
pids+=($!)
wait
pids=()
status=0
for t in "${targets[@]}"; do
	cat "$OUT/$t.tap"
	grep -q '^ok' "$OUT/$t.tap" || status=1
done
exit $status
