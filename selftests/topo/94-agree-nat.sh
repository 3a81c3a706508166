#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn trace and the network agree: SNAT and load balancers, with answers.
# shellcheck source=selftests/topo/agree.sh
. "$(dirname "$0")/agree.sh"

for MODE in $MODES; do
	NB=$DATA/snat/nb.db
	tutorial
	network_silent
	for flows_file in snat snat-router-lb switch-lb switch-lb-192; do
		NB=$DATA/$flows_file/nb.db
		must "$MODE: load $flows_file" reload "$NB"
		announcements_end
		agree "$DATA/trace/$flows_file.flows" cold warm reply
	done
	net_down
done
at_least "packets traced and sent" 60 "$agreed"
finish
