// SPDX-License-Identifier: GPL-2.0-only
#include "drop_text.h"

#include "drop.h"

static const struct drop_text drops[DROP_REASON_COUNT] = {
#define X(number, name, what, where) [DROP_##name] = {#name, what, where},
	XOVN_DROP_REASONS(X)
#undef X
};

bool drop_is_none(uint32_t reason)
{
	return reason < DROP_REASON_COUNT && !drops[reason].name;
}

const struct drop_text *drop_text(uint32_t reason)
{
	/* Written by a program of another version. */
	static const struct drop_text unknown = {
		"UNKNOWN", "a reason that this xovn does not know",
		"are program and maps of one version?"};

	if (drop_is_none(reason) || reason >= DROP_REASON_COUNT)
		return &unknown;
	return &drops[reason];
}
