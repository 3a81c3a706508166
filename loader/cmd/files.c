// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/files.h"

#include <errno.h>

#define FETCH_TIMEOUT_MS 30000

static int read_db(const char *from, const struct ovsdb_tls *tls,
		   const char *database, const struct ovsdb_filter *filter,
		   struct ovsdb **db, struct error *e)
{
	return ovsdb_is_remote(from) ?
		       ovsdb_fetch(from, tls, database, filter,
				   FETCH_TIMEOUT_MS, db, e) :
		       ovsdb_read(from, database, filter, db, e);
}

static int read_nb(const struct network_files *f, struct nb *nb,
		   struct error *e)
{
	struct ovsdb *db;
	int ret = read_db(f->nb, &f->tls, "OVN_Northbound", nb_columns, &db, e);

	if (ret)
		return ret;
	ret = nb_from_ovsdb(db, nb, e);
	ovsdb_free(db);
	return ret;
}

static int read_sb(const struct network_files *f, struct placement *placement,
		   struct error *e)
{
	struct ovsdb *db;
	int ret = read_db(f->sb, &f->tls, "OVN_Southbound",
			  placement_sb_columns, &db, e);

	if (ret)
		return ret;
	ret = placement_read_sb(db, placement, e);
	ovsdb_free(db);
	return ret;
}

int network_files_read(const struct network_files *f, struct nb *nb,
		       struct placement *placement, struct error *e)
{
	int ret;

	if (f->sb && f->placement)
		return error_set(e, EINVAL,
				 "--sb and --placement both say where ports "
				 "are; give one of them");
	ret = read_nb(f, nb, e);
	if (!ret && f->sb)
		ret = read_sb(f, placement, e);
	if (!ret && f->placement)
		ret = placement_read_file(f->placement, placement, e);
	return ret;
}
