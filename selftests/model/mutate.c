// SPDX-License-Identifier: GPL-2.0-only
/* Changes to a frame: cut, garbled, tagged, checksums spoilt. */
#include <string.h>

#include "random.h"

static void tag(struct frame *f, uint16_t type, uint16_t tci)
{
	if (f->len + 4 > FRAME_MAX)
		return;
	memmove(f->data + 16, f->data + 12, f->len - 12);
	f->len += 4;
	put16(f->data + 12, type);
	put16(f->data + 14, tci);
}

void frame_tag(struct frame *f, uint16_t vlan)
{
	if (vlan)
		tag(f, 0x8100, vlan);
}

void frame_mutate(struct frame *f)
{
	size_t headers = f->len < 90 ? f->len : 90;

	switch (random_below(8)) {
	case 0:
		f->len = 14 + random_below(f->len - 13);
		break;
	case 1:
		tag(f, random_percent(80) ? 0x8100 : 0x88a8, random_below(5));
		break;
	case 2: /* a checksum, if this is IPv4 */
		if (f->len > 26)
			f->data[24 + random_below(2)] ^= 1 + random_below(255);
		break;
	case 3:
		for (size_t i = 14; i < f->len; i++)
			f->data[i] = random_next();
		break;
	default:
		for (int n = 1 + random_below(3); n--;)
			f->data[random_below(headers)] = random_next();
		break;
	}
}
