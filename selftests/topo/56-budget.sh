#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The verifier budget: what each program costs this kernel, against the
# figures in git, and the stack that Linux 6.1 would count; then that figures
# which have grown are told, and with the command that renews them.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
DIR=$(mktemp -d "${TMPDIR:-/tmp}/xovn-budget.XXXXXX")
trap 'rm -rf "$DIR"' EXIT
budget=$TOP/selftests/budget/run

if [ ! -x "$TOP/build/tools/veristat" ]; then
	skip "verifier budget" "build/tools/veristat is not built"
	finish
fi
if ! "$budget" print >"$DIR/rows" 2>"$DIR/log"; then
	fail "every program is loaded" "$(cat "$DIR/log")"
	finish
fi
pass "every program is loaded"
"$budget" check "$DIR/rows" || failures=$((failures + 1))

# A made-up row beside itself, changed.
row='6.9	12	14	vif_ingress	1000	480	8	100	400'
echo "$row" >"$DIR/figures"
told() { # COLUMN VALUE [COLUMN VALUE]
	awk -F '\t' -v OFS='\t' -v c="$1" -v v="$2" -v d="${3:-$1}" -v w="${4:-$2}" \
		'{ $c = v; $d = w; print }' "$DIR/figures" >"$DIR/changed"
	FIGURES=$DIR/figures "$budget" check "$DIR/changed" | tr '\n' ' '
}
if [ "$(uname -m)" = x86_64 ]; then
	expect "the same is right" "ok - vif_ingress, *machine code " "$(told 5 1000)"
	expect "10 % more is right" "ok - *machine code " "$(told 5 1100)"
	expect "more is not" \
		"not ok - *vif_ingress: insns 1000 -> 1101 *make veristat UPDATE=1 " \
		"$(told 5 1101)"
	expect "nor in the kernel" "not ok - *xlated 100 -> 111 *" "$(told 8 111)"
	expect "nor of machine code" "not ok - *jited 400 -> 441 *" "$(told 9 441)"
	expect "512 bytes of stack are right" "ok - *machine code " "$(told 6 512)"
	expect "more are not" "not ok - *stack 544, more than the 512 *" "$(told 6 544)"
	expect "nor nine frames" "not ok - *frames 9, more than the 8 *" "$(told 7 9)"
	expect "a newer kernel is compared with it" "not ok - *(Linux 6.9)*" \
		"$(told 1 6.18 5 1200)"
	expect "an older one is not" "ok - * # SKIP *" "$(told 1 6.1)"
	expect "nor another clang" "ok - * # SKIP *" "$(told 3 19)"
fi
finish
