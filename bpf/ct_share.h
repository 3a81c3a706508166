/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many records the opener of a connection has: a switch's port, or at a
 * router an address, because what comes by a tunnel says no more.  Taken
 * before a record is claimed, given back where one is emptied.  Who is
 * forgotten (the map is an LRU) begins at nought, and what he had counts no
 * more: it errs towards him, and never adds up.
 */
#ifndef XOVN_BPF_CT_SHARE_H
#define XOVN_BPF_CT_SHARE_H

#include "flow.h"
#include "../maps/limit.h"

static __always_inline void ct_share_set(struct ct_share_key *k, __u32 datapath,
					 __u32 port, const __u8 *src)
{
	k->datapath = datapath;
	k->port = port;
	*(__be32 *)k->src = port ? 0 : *(const __be32 *)src;
}

static __always_inline void ct_share_give(__u32 datapath, __u32 port,
					  const __u8 *src)
{
	struct ct_share_key key;
	struct ct_share_val *val;

	ct_share_set(&key, datapath, port, src);
	val = bpf_map_lookup_elem(&ct_share, &key);
	if (val && (__s32)READ_ONCE(val->records) > 0)
		__sync_fetch_and_add(&val->records, -1);
}

#endif /* XOVN_BPF_CT_SHARE_H */
