#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# TCP from guest to guest over an underlay that delivers frames as a NIC does:
# 1,500 bytes each, which the receiving host puts together again (GRO) before
# or after it takes the tunnel off.  xovn by native XDP.
WIRE=frames
# shellcheck source=selftests/bench/pair.sh
. "$(dirname "$0")/pair.sh"
BEDS=${BEDS:-l2 routed route vxbridge vxroute}
PEERS="route vxbridge"
pair_up "$BEDS"
pair_tcp "an underlay of frames" "$BEDS" "$PEERS"
