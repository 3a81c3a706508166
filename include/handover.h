/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * From programs of one map layout to those of another, on all interfaces at
 * once: while it lasts each interface has a program that only asks map
 * "handover" which of the two sides is on, and calls that one's.
 */
#ifndef XOVN_HANDOVER_H
#define XOVN_HANDOVER_H

#include "types.h"

enum handover_state {
	HANDOVER_OLD = 0,
	HANDOVER_NEW = 1,
	HANDOVER_HOLD = 2, /* packets wait for one of them */
};

/* No packet waits longer, whatever becomes of the loader; then: old. */
#define HANDOVER_HOLD_NS 200000

/* ---- handover: one entry, the loader's ---- */

struct handover_val {
	enum handover_state state;
	__u32 cpu; /* the loader's, where nobody waits for it */
};

/* ---- handover_tc, handover_xdp: programs; the new side's stand behind the
 * old side's ---- */

enum handover_tc_slot {
	HANDOVER_TC_VIF = 0,
	HANDOVER_TC_NIC = 2,
	HANDOVER_TC_COUNT = 4,
};

#define HANDOVER_XDP_COUNT 2

#endif /* XOVN_HANDOVER_H */
