#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn trace and the network agree: switches, floods, spoofed and malformed
# packets; a port that is placed nowhere.
# shellcheck source=selftests/topo/agree.sh
. "$(dirname "$0")/agree.sh"

# batch NAME PATTERN LINES: a file that is refused.
batch() {
	refused "$1" "$2" "$XOVN" trace --nb "$DATA/base/nb.db" --placement \
		"$PLACEMENT" --json --batch <(printf '%s\n' "# a comment" "" "$3")
}
batch "a line of a batch without a packet" "*line 3: PORT and PACKET are wanted*" ls1-vm1
batch "a line of a batch that is no microflow" "*line 3: *eth.sorce*" \
	"ls1-vm1 eth.sorce == 02:ac:10:ff:00:10"
batch "a line of a batch of an unknown port" "*line 3: port ls1-vm9: *" "ls1-vm9 ip4"
batch "a line of a batch with half a byte" "*line 3: *" "ls1-vm1 02ac10ff00"

for MODE in $MODES; do
	NB=$DATA/base/nb.db
	tutorial
	network_silent
	agree "$DATA/trace/switch.flows" warm

	sed 's/ls2-vm4//' "$PLACEMENT" >"$DIR/placement"
	PLACEMENT=$DIR/placement
	must "$MODE: unbind ls2-vm4" xovn node2 unbind vm4
	must "$MODE: load with ls2-vm4 on no chassis" reload "$NB"
	agree "$DATA/trace/unplaced.flows" cold warm
	PLACEMENT=$DATA/placement
	net_down
done
at_least "packets traced and sent" 50 "$agreed"
finish
