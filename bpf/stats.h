/* SPDX-License-Identifier: GPL-2.0 */
/* Counting drops: the one place where a drop reason ends. */
#ifndef XOVN_BPF_STATS_H
#define XOVN_BPF_STATS_H

#include "flow.h"
#include "../maps/stats.h"

static __always_inline void drop_count(enum drop_reason reason, __u32 bytes)
{
	struct drop_key key = {.reason = reason};
	struct drop_val *val = bpf_map_lookup_elem(&drop, &key);
	struct drop_val first = {.packets = 1, .bytes = bytes};

	if (val) {
		val->packets++; /* per CPU: no atomics */
		val->bytes += bytes;
	} else {
		bpf_map_update_elem(&drop, &key, &first, BPF_NOEXIST);
	}
}

#endif /* XOVN_BPF_STATS_H */
