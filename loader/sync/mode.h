/* SPDX-License-Identifier: GPL-2.0-only */
/* Native XDP or TC: the rule by which an interface gets its mode. */
#ifndef XOVN_SYNC_MODE_H
#define XOVN_SYNC_MODE_H

#include <stddef.h>

enum attach_mode {
	ATTACH_AUTO, /* veth: tc; else native if it attaches, else tc */
	ATTACH_NATIVE,
	ATTACH_TC,
};

enum mode_rule {
	MODE_RULE_TC,
	MODE_RULE_NATIVE, /* or not at all */
	MODE_RULE_TRY_NATIVE, /* tc where native is refused */
};

#define MODE_REASON_LEN 256

enum mode_rule mode_rule(enum attach_mode asked, const char *driver);
/* Why it is so, for people; refusal: what native was refused with, or NULL. */
void mode_reason(char reason[MODE_REASON_LEN], enum attach_mode asked,
		 const char *driver, const char *refusal);

#endif /* XOVN_SYNC_MODE_H */
