// SPDX-License-Identifier: GPL-2.0-only
/* Which reasons a test saw a packet dropped for, as it expected. */
#include <stdio.h>

#include "prog.h"

static bool reached[DROP_REASON_COUNT];

void reason_reached(enum drop_reason r)
{
	reached[r] = true;
}

void reasons_check(void)
{
	char name[100];

	for (int r = 1; r < DROP_REASON_COUNT; r++) {
		if (!drop_name(r))
			continue;
		snprintf(name, sizeof(name), "every drop reason has a test: %s",
			 drop_name(r));
		if (reached[r])
			test_ok(name);
		else
			test_fail(name,
				  "No line of a table expects a packet to be "
				  "dropped for %s and sees its counter move.\n"
				  "Write one, or take the reason out of "
				  "include/drop.h.",
				  drop_name(r));
	}
}
