/* SPDX-License-Identifier: GPL-2.0 */
/* What only the loader reads: its notes about interfaces, and what attach
 * needs of the NB.  One object declares them so that they have BTF. */
#ifndef XOVN_MAPS_ATTACHMENT_H
#define XOVN_MAPS_ATTACHMENT_H

#include <bpf/bpf_helpers.h>

#include "maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct attachment_key);
	__type(value, struct attachment_val);
} attachment SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct port_key);
	__type(value, struct network_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} network SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct garp_key);
	__type(value, struct garp_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} garp SEC(".maps");

#endif /* XOVN_MAPS_ATTACHMENT_H */
