/* SPDX-License-Identifier: GPL-2.0 */
/* What an upgrade to another map layout needs while it lasts. */
#ifndef XOVN_MAPS_UPGRADE_H
#define XOVN_MAPS_UPGRADE_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "handover.h"

/* Memory-mapped: all interfaces change sides by one store. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct handover_val);
	__uint(map_flags, BPF_F_MMAPABLE);
} handover SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, HANDOVER_TC_COUNT);
	__type(key, __u32);
	__type(value, __u32);
} handover_tc SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, HANDOVER_XDP_COUNT);
	__type(key, __u32);
	__type(value, __u32);
} handover_xdp SEC(".maps");

#endif /* XOVN_MAPS_UPGRADE_H */
