// SPDX-License-Identifier: GPL-2.0-only
/* ovsdb(5), standalone format: a schema, then transactions. */
#include "log.h"

int standalone_read(struct log_file *log, struct json_text first,
		    struct ovsdb *db, struct error *e)
{
	struct json_text text;
	int err;

	err = schema_apply(db, first, e);
	while (!err) {
		err = log_read(log, &text, e);
		if (err <= 0)
			return err;
		err = txn_apply(db, text, e);
	}
	return log_error(log, err, e);
}
