// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Looks one byte ahead and never seeks: the file may be a pipe. */
static int form_read(struct log_file *log, struct ovsdb *db, struct error *e)
{
	struct json_text first;
	int c, err;

	errno = 0;
	c = getc(log->file);
	if (c == EOF && ferror(log->file))
		return error_set(e, errno, "%s: cannot be read: %s", log->path,
				 strerror(errno));
	if (c == EOF)
		return error_set(e, EINVAL,
				 "%s: the file is empty; take a fresh "
				 "ovsdb-client backup",
				 log->path);
	ungetc(c, log->file);
	if (c == '{' || isspace(c))
		return dump_read(log, db, e);
	if (c != 'O')
		return error_set(
			e, EINVAL,
			"%s: no OVSDB database: it starts neither "
			"with \"OVSDB\" nor with a JSON object; give a "
			"database file, an ovsdb-client backup or an "
			"ovsdb-client -f json dump",
			log->path);
	err = log_read(log, &first, e);
	if (err != 1)
		return err;
	return strcmp(log->magic, "CLUSTER") ?
		       standalone_read(log, first, db, e) :
		       raft_read(log, first, db, e);
}

static int tables_check(const struct log_file *log, const struct ovsdb *db,
			struct error *e)
{
	const struct ovsdb_filter *f;

	for (f = db->filter; f->table; f++)
		if (f->is_required && !ovsdb_table(db, f->table))
			return error_set(e, EINVAL,
					 "%s: it has no table %s; give a whole "
					 "%s database",
					 log->path, f->table, db->expect);
	return 0;
}

int ovsdb_read(const char *path, const char *expect,
	       const struct ovsdb_filter *filter, struct ovsdb **out,
	       struct error *e)
{
	struct log_file log = {.path = path};
	struct ovsdb *db = NULL;
	struct stat st;
	int err;

	*out = NULL;
	log.file = fopen(path, "re");
	if (!log.file)
		return error_set(e, errno, "%s: cannot be opened: %s", path,
				 strerror(errno));
	if (!fstat(fileno(log.file), &st) && S_ISDIR(st.st_mode)) {
		err = error_set(e, EISDIR,
				"%s: this is a directory; give a file", path);
		goto out;
	}
	db = calloc(1, sizeof(*db));
	if (!db) {
		err = error_set(e, ENOMEM, "%s: out of memory", path);
		goto out;
	}
	db->filter = filter;
	db->expect = expect;
	err = form_read(&log, db, e);
	if (!err)
		err = tables_check(&log, db, e);
	if (!err) {
		store_finish(db);
		*out = db;
		db = NULL;
	}
out:
	ovsdb_free(db);
	free(log.buffer);
	fclose(log.file);
	return err;
}
