// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "compile.h"
#include "hash.h"

#define NAME_MARK_LEN 17 /* '~' and 16 hex digits */

void name_store(char stored[XOVN_NAME_LEN], const char *name)
{
	size_t len = strlen(name), keep;

	memset(stored, 0, XOVN_NAME_LEN);
	if (len < XOVN_NAME_LEN) {
		memcpy(stored, name, len);
		return;
	}
	keep = XOVN_NAME_LEN - 1 - NAME_MARK_LEN;
	/* Not in the middle of a UTF-8 character. */
	while (keep && ((unsigned char)name[keep] & 0xc0) == 0x80)
		keep--;
	memcpy(stored, name, keep);
	snprintf(stored + keep, NAME_MARK_LEN + 1, "~%016llx",
		 (unsigned long long)hash_bytes(name, len, 0));
}
