#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck source=selftests/topo/live.sh
. "$(dirname "$0")/live.sh"
# shellcheck source=selftests/topo/typed.sh
. "$(dirname "$0")/typed.sh"
typed_section() { echo "# section $1: $2"; }
typed_print() { printf '%s\n' "$1" >>"$DIR/session"; [ -z "${V:-}" ] || printf '# %s\n' "$1"; }
verdict() {
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "wanted: $2"$'\n'"got:    $3"; fi
}
LIVE_KIND=stock
net_init
live_up
type_tutorial
[ "$failures" = 0 ] || live_logs
finish
