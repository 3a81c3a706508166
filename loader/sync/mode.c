// SPDX-License-Identifier: GPL-2.0-only
#include "sync/mode.h"

#include <stdio.h>
#include <string.h>

/* auto: XDP on a veth switches the peer's segmentation offload off and copies
 * every frame; with a NIC it is the fast way. */
enum mode_rule mode_rule(enum attach_mode asked, const char *driver)
{
	if (asked != ATTACH_AUTO)
		return asked == ATTACH_TC ? MODE_RULE_TC : MODE_RULE_NATIVE;
	return strcmp(driver, "veth") ? MODE_RULE_TRY_NATIVE : MODE_RULE_TC;
}

void mode_reason(char reason[MODE_REASON_LEN], enum attach_mode asked,
		 const char *driver, const char *refusal)
{
	if (asked != ATTACH_AUTO)
		snprintf(reason, MODE_REASON_LEN, "asked for");
	else if (mode_rule(asked, driver) == MODE_RULE_TC)
		snprintf(reason, MODE_REASON_LEN,
			 "auto: veth keeps segmentation offload in mode tc "
			 "only");
	else if (refusal)
		snprintf(reason, MODE_REASON_LEN, "auto: %.240s", refusal);
	else
		snprintf(reason, MODE_REASON_LEN,
			 "auto: driver %.32s takes native XDP",
			 driver[0] ? driver : "(unnamed)");
}
