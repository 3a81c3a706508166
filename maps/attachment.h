/* SPDX-License-Identifier: GPL-2.0 */
/* The loader's own notes about interfaces; no program uses them, one object
 * declares them so that they have BTF. */
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

#endif /* XOVN_MAPS_ATTACHMENT_H */
