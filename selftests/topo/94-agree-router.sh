#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn trace and the network agree: routers, the gateway, the physical network.
# shellcheck source=selftests/topo/agree.sh
. "$(dirname "$0")/agree.sh"

for MODE in $MODES; do
	NB=$DATA/base/nb.db
	tutorial
	network_silent
	agree "$DATA/trace/router.flows" cold warm reply
	net_down
done
at_least "packets traced and sent" 60 "$agreed"
finish
