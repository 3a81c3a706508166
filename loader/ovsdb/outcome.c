// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <stdio.h>
#include <string.h>

/* What the rows of somebody else, or another server, may have caused. */
static const char *const passing_errors[] = {
	"constraint violation", /* duplicates: somebody was faster */
	"referential integrity violation", /* somebody deleted the row */
	"timed out", /* a wait with timeout 0 did not hold */
	"not owner", /* of the lock */
	"not leader",
	"cluster error",
	"unknown database", /* it leaves this server, or comes to it */
	"canceled", /* by a conversion */
};

static bool is_passing(const char *error)
{
	size_t i;

	for (i = 0; i < sizeof(passing_errors) / sizeof(passing_errors[0]); i++)
		if (!strcmp(error, passing_errors[i]))
			return true;
	return false;
}

/* {"error": "...", "details": "..."}, or a string. */
static enum ovsdb_txn_result error_outcome(const json_t *json, char *why,
					   size_t size)
{
	const char *error = json_string_value(json_object_get(json, "error"));
	const char *details =
		json_string_value(json_object_get(json, "details"));

	if (json_is_string(json))
		error = json_string_value(json);
	if (!error)
		error = "an error without text";
	snprintf(why, size, "%s%s%s", error, details ? ": " : "",
		 details ? details : "");
	text_clean(why);
	return is_passing(error) ? OVSDB_TXN_TRY_AGAIN : OVSDB_TXN_ERROR;
}

enum ovsdb_txn_result transact_outcome(const json_t *result,
				       const json_t *error, char *why,
				       size_t size)
{
	const json_t *op;
	size_t i;

	*why = '\0';
	if (error)
		return error_outcome(error, why, size);
	if (!json_is_array(result)) {
		snprintf(why, size, "the answer is no array of results");
		return OVSDB_TXN_ERROR;
	}
	/* Operations after the one that failed are null. */
	json_array_foreach(
		result, i,
		op) if (json_object_get(op,
					"error")) return error_outcome(op, why,
								       size);
	return OVSDB_TXN_SUCCESS;
}
