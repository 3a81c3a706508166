// SPDX-License-Identifier: GPL-2.0-only
#include "drop_text.h"

#include "drop.h"

const struct drop_text *drop_text(uint32_t reason)
{
	static const struct drop_text drops[DROP_REASON_COUNT] = {
#define X(name, what, where) [DROP_##name] = {#name, what, where},
		XOVN_DROP_REASONS(X)
#undef X
	};
	/* Written by a program of another version. */
	static const struct drop_text unknown = {
		"UNKNOWN", "a reason that this xovn does not know",
		"are program and maps of one version?"};

	if (reason == DROP_NONE || reason >= DROP_REASON_COUNT)
		return &unknown;
	return &drops[reason];
}
