/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of upgrade_ct.c share: both sides' connections. */
#ifndef XOVN_SYNC_UPGRADE_CT_H
#define XOVN_SYNC_UPGRADE_CT_H

#include <stddef.h>

#include "sync/upgrade.h"

struct upgrade_ct {
	struct upgrade *u;
	uint32_t n; /* records on both sides */
	size_t old_stride, stride;
	size_t old_len, len, index_len;
	uint8_t *old, *new;
	struct ct_bucket *index; /* of the new side */
	uint64_t hand; /* as far as records are copied */
	struct copied {
		__u32 seq; /* the record's; 0: none was copied */
		enum ct_state state;
	} * copied;
};

static inline struct ct_val *upgrade_ct_record(const struct upgrade_ct *ct,
					       uint32_t i)
{
	return (struct ct_val *)(ct->new + i * ct->stride);
}

/* The slots that name record i by the tuples of v. */
void upgrade_index_add(struct upgrade_ct *ct, const struct ct_val *v,
		       uint32_t i);
void upgrade_index_drop(struct upgrade_ct *ct, const struct ct_val *v,
			uint32_t i);
/* Another record than `but` of v's zone with that tuple: its number + 1, or
 * 0. */
uint32_t upgrade_index_find(const struct upgrade_ct *ct, const struct ct_val *v,
			    const struct ct_tuple *t, uint32_t but);

#endif /* XOVN_SYNC_UPGRADE_CT_H */
